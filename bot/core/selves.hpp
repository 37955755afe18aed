#pragma once
#include "bot/core/event.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bot {

/// One of the bots that share an account: a gateway may carry several, also of several platforms.
struct Self {
    std::string platform;
    std::string user_id;

    auto operator<=>(const Self&) const = default;
    bool empty() const { return user_id.empty(); }
};

/// Which bots there are behind an account, and through which one each chat is reached. Thread-safe.
class Selves {
public:
    /// A bot heard something in a chat.
    void heard(const Self& self, const Chat& chat);
    /// The implementation told which bots it has, and whether each is online.
    void told(const std::vector<std::pair<Self, bool>>& bots);

    /// The bot that is in this chat; the only one where nobody knows; empty while none is known at all;
    /// nothing when there are several and none of them was ever heard there.
    std::optional<Self> of(const Chat& chat) const;
    bool is_own(const Self& self) const;
    /// False only when all that are known are offline.
    bool any_online() const;

private:
    mutable std::mutex mutex_;
    std::map<Self, bool> online_;
    std::map<std::pair<ChatType, std::string>, Self> by_chat_;
};

} // namespace bot
