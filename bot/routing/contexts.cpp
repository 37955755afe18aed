#include "bot/routing/contexts.hpp"

namespace bot::routing {
namespace {

constexpr std::int64_t lifetime_ms = 5 * 60 * 1000;
constexpr std::int64_t region_lifetime_ms = 30LL * 24 * 3600 * 1000;
constexpr std::size_t most_memories = 100'000;

std::string key_of(const Event& event)
{
    return event.account + "|" + event.chat.id + "|" + event.sender.id;
}

std::string person_of(const Event& event)
{
    return event.account + "|" + event.sender.id;
}

/// Makes room for one more: what has outlived itself goes first.
template <class Map> void make_room(Map& map, std::int64_t now_ms, std::int64_t most_age_ms)
{
    if (map.size() >= most_memories)
        std::erase_if(map, [&](const auto& one) { return now_ms - one.second.at_ms > most_age_ms; });
    if (map.size() >= most_memories)
        map.clear();
}

} // namespace

Memory Contexts::recall(const Event& event) const
{
    const std::lock_guard lock(mutex_);
    const auto found = memories_.find(key_of(event));
    if (found == memories_.end() || clock_.now_ms() - found->second.at_ms > lifetime_ms)
        return {};
    return found->second;
}

void Contexts::remember(const Event& event, Memory memory)
{
    memory.at_ms = clock_.now_ms();
    const std::lock_guard lock(mutex_);
    make_room(memories_, memory.at_ms, lifetime_ms);
    memories_[key_of(event)] = std::move(memory);
}

std::string Contexts::region_of(const Event& event) const
{
    const std::lock_guard lock(mutex_);
    const auto found = regions_.find(person_of(event));
    const bool known = found != regions_.end() && clock_.now_ms() - found->second.at_ms <= region_lifetime_ms;
    return known ? found->second.code : std::string();
}

void Contexts::remember_region(const Event& event, std::string code)
{
    const std::int64_t now = clock_.now_ms();
    const std::lock_guard lock(mutex_);
    make_room(regions_, now, region_lifetime_ms);
    regions_[person_of(event)] = {std::move(code), now};
}

std::size_t Contexts::size() const
{
    const std::lock_guard lock(mutex_);
    return memories_.size();
}

} // namespace bot::routing
