#include "bot/routing/directory.hpp"

#include <algorithm>
#include <string_view>

namespace bot::routing {
namespace {

std::string key_of(const std::string& account, const std::string& external_id)
{
    return account + "|" + external_id;
}

constexpr std::size_t county_digits = 6;

/// The first digits of a statistical code, two for each level, at most a county's; empty for other codes.
std::string region_in(std::string_view org)
{
    std::size_t digits = std::min(org.find_first_not_of("0123456789"), org.size());
    digits = std::min(digits - digits % 2, county_digits);
    return std::string(org.substr(0, digits));
}

std::string common_region(const std::string& a, const std::string& b)
{
    const auto differs = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    const auto same = static_cast<std::size_t>(differs.first - a.begin());
    return a.substr(0, same - same % 2);
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
    home_region_.clear();
    any_region_ = false;
    for (const auto& [key, group] : groups_)
        note_region(group->org);
}

void Directory::put(KnownGroup group)
{
    std::string key = key_of(group.account, group.external_id);
    auto entry = std::make_shared<const KnownGroup>(std::move(group));
    const std::lock_guard lock(mutex_);
    note_region(entry->org);
    groups_[std::move(key)] = std::move(entry);
}

void Directory::note_region(const std::string& org)
{
    const std::string region = region_in(org);
    if (region.empty())
        return;
    home_region_ = any_region_ ? common_region(home_region_, region) : region;
    any_region_ = true;
}

std::string Directory::home_region() const
{
    const std::lock_guard lock(mutex_);
    return home_region_;
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
