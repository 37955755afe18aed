#include "bot/doors/wecom_bot/reply_urls.hpp"

#include <utility>

namespace bot::doors::wecom_bot {
namespace {

constexpr std::int64_t lifetime_ms = 59 * 60'000; ///< an hour, less what the way takes
constexpr std::size_t most = 50'000;

} // namespace

void ReplyUrls::keep(const std::string& message_id, std::string url, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    if (message_id.empty() || url.empty())
        return;
    while (!order_.empty()) {
        const auto oldest = urls_.find(order_.front());
        if (oldest != urls_.end() && oldest->second.until_ms > now_ms && order_.size() < most)
            break;
        if (oldest != urls_.end())
            urls_.erase(oldest);
        order_.pop_front();
    }
    if (urls_.emplace(message_id, Kept{std::move(url), now_ms + lifetime_ms}).second)
        order_.push_back(message_id);
}

std::string ReplyUrls::take(const std::string& message_id, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    const auto found = urls_.find(message_id);
    if (found == urls_.end() || found->second.until_ms <= now_ms)
        return {};
    return std::exchange(found->second.url, std::string());
}

} // namespace bot::doors::wecom_bot
