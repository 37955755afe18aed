#include "bot/core/selves.hpp"

#include <algorithm>

namespace bot {
namespace {
constexpr std::size_t most_chats = 100'000;
} // namespace

void Selves::heard(const Self& self, const Chat& chat)
{
    if (self.empty())
        return;
    const std::lock_guard lock(mutex_);
    online_.insert_or_assign(self, true);
    if (chat.id.empty())
        return;
    if (by_chat_.size() >= most_chats)
        by_chat_.clear();
    by_chat_.insert_or_assign({chat.type, chat.id}, self);
}

void Selves::told(const std::vector<std::pair<Self, bool>>& bots)
{
    const std::lock_guard lock(mutex_);
    for (const auto& [self, online] : bots)
        if (!self.empty())
            online_.insert_or_assign(self, online);
}

std::optional<Self> Selves::of(const Chat& chat) const
{
    const std::lock_guard lock(mutex_);
    if (const auto found = by_chat_.find({chat.type, chat.id}); found != by_chat_.end())
        return found->second;
    if (online_.size() > 1)
        return std::nullopt;
    return online_.empty() ? Self() : online_.begin()->first;
}

bool Selves::is_own(const Self& self) const
{
    const std::lock_guard lock(mutex_);
    return online_.contains(self);
}

bool Selves::any_online() const
{
    const std::lock_guard lock(mutex_);
    return online_.empty() ||
           std::any_of(online_.begin(), online_.end(), [](const auto& one) { return one.second; });
}

} // namespace bot
