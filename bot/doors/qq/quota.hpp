#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bot::doors::qq {

/// So many messages in so many milliseconds, sliding.
struct Quota {
    std::int64_t count = 0;
    std::int64_t period_ms = 0;
};

/// `20/min,1000/day`. Throws std::invalid_argument for anything else; empty = no quota.
std::vector<Quota> parse_quotas(std::string_view text);

/// What each chat may still get unasked. Thread-safe.
class ChatQuotas {
public:
    explicit ChatQuotas(std::vector<Quota> quotas) : quotas_(std::move(quotas)) {}

    void set(std::vector<Quota> quotas);
    /// Counts `count` messages and gives 0, or counts nothing and gives how long to wait.
    std::int64_t admit(const std::string& chat, int count, std::int64_t now_ms);
    /// The platform said that this chat has had its share: nothing for so long.
    void learn(const std::string& chat, std::int64_t until_ms);

private:
    struct Chat {
        std::deque<std::int64_t> sent_ms;
        std::int64_t closed_until_ms = 0;
    };

    std::int64_t wait_of(const Chat& chat, const Quota& quota, int count, std::int64_t now_ms) const;

    std::mutex mutex_;
    std::vector<Quota> quotas_;
    std::map<std::string, Chat> chats_;
};

} // namespace bot::doors::qq
