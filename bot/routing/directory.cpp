#include "bot/routing/directory.hpp"

namespace bot::routing {
namespace {

std::string key_of(const std::string& account, const std::string& external_id)
{
    return account + "|" + external_id;
}

} // namespace

void Directory::replace(std::vector<KnownGroup> groups)
{
    std::unordered_map<std::string, std::shared_ptr<const KnownGroup>> fresh;
    for (KnownGroup& group : groups) {
        std::string key = key_of(group.account, group.external_id);
        fresh.emplace(std::move(key), std::make_shared<const KnownGroup>(std::move(group)));
    }
    const std::lock_guard lock(mutex_);
    groups_.swap(fresh);
}

void Directory::put(KnownGroup group)
{
    std::string key = key_of(group.account, group.external_id);
    auto entry = std::make_shared<const KnownGroup>(std::move(group));
    const std::lock_guard lock(mutex_);
    groups_[std::move(key)] = std::move(entry);
}

std::shared_ptr<const KnownGroup> Directory::find(const std::string& account,
                                                  const std::string& external_id) const
{
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(key_of(account, external_id));
    return found == groups_.end() ? nullptr : found->second;
}

std::size_t Directory::size() const
{
    const std::lock_guard lock(mutex_);
    return groups_.size();
}

} // namespace bot::routing
