#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bot::doors::wecom_bot {

/// Addresses that take one answer each, within an hour. Taking one uses it up, whatever becomes of the call.
/// Thread-safe.
class ReplyUrls {
public:
    void keep(const std::string& message_id, std::string url, std::int64_t now_ms);
    /// Empty when there is none any more.
    std::string take(const std::string& message_id, std::int64_t now_ms);

private:
    struct Kept {
        std::string url;
        std::int64_t until_ms = 0;
    };

    std::mutex mutex_;
    std::unordered_map<std::string, Kept> urls_;
    std::deque<std::string> order_; ///< oldest first
};

} // namespace bot::doors::wecom_bot
