#include "bot/doors/qq/quota.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace bot::doors::qq {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t ms;
};

constexpr Unit units[] = {{"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"day", 86'400'000}};

Quota parse_quota(std::string_view text)
{
    Quota quota;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), quota.count);
    const auto read = static_cast<std::size_t>(end - text.data());
    if (ec == std::errc() && quota.count > 0 && quota.count <= 1'000'000 && read < text.size() &&
        text[read] == '/')
        for (const Unit& unit : units)
            if (text.substr(read + 1) == unit.name)
                quota.period_ms = unit.ms;
    if (quota.period_ms == 0)
        throw std::invalid_argument("\"" + std::string(text) + "\" is no quota; write 20/min or 1000/day");
    return quota;
}

} // namespace

std::vector<Quota> parse_quotas(std::string_view text)
{
    std::vector<Quota> quotas;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        quotas.push_back(parse_quota(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return quotas;
}

void ChatQuotas::set(std::vector<Quota> quotas)
{
    const std::lock_guard lock(mutex_);
    quotas_ = std::move(quotas);
}

std::int64_t ChatQuotas::admit(const std::string& id, int count, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    Chat& chat = chats_[id];
    std::int64_t longest = 0;
    for (const Quota& quota : quotas_)
        longest = std::max(longest, quota.period_ms);
    while (!chat.sent_ms.empty() && chat.sent_ms.front() <= now_ms - longest)
        chat.sent_ms.pop_front();
    std::int64_t wait = std::max<std::int64_t>(0, chat.closed_until_ms - now_ms);
    for (const Quota& quota : quotas_)
        wait = std::max(wait, wait_of(chat, quota, count, now_ms));
    if (wait == 0)
        chat.sent_ms.insert(chat.sent_ms.end(), static_cast<std::size_t>(count), now_ms);
    return wait;
}

/// A text of more messages than the quota counts gets the whole window.
std::int64_t ChatQuotas::wait_of(const Chat& chat, const Quota& quota, int count, std::int64_t now_ms) const
{
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(count, quota.count));
    const std::size_t room = static_cast<std::size_t>(quota.count) - wanted;
    if (chat.sent_ms.size() <= room)
        return 0;
    const std::int64_t blocking = chat.sent_ms[chat.sent_ms.size() - room - 1];
    return std::max<std::int64_t>(0, blocking + quota.period_ms - now_ms);
}

void ChatQuotas::learn(const std::string& id, std::int64_t until_ms)
{
    const std::lock_guard lock(mutex_);
    Chat& chat = chats_[id];
    chat.closed_until_ms = std::max(chat.closed_until_ms, until_ms);
}

} // namespace bot::doors::qq
