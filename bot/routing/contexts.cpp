#include "bot/routing/contexts.hpp"

namespace bot::routing {
namespace {

constexpr std::int64_t lifetime_ms = 5 * 60 * 1000;
constexpr std::size_t most_memories = 100'000;

std::string key_of(const Event& event)
{
    return event.account + "|" + event.chat.id + "|" + event.sender.id;
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
    if (memories_.size() >= most_memories)
        std::erase_if(memories_,
                      [&](const auto& one) { return memory.at_ms - one.second.at_ms > lifetime_ms; });
    if (memories_.size() >= most_memories)
        memories_.clear();
    memories_[key_of(event)] = std::move(memory);
}

std::size_t Contexts::size() const
{
    const std::lock_guard lock(mutex_);
    return memories_.size();
}

} // namespace bot::routing
