#include "bot/doors/sandbox/limits.hpp"

#include "bot/core/text.hpp"

#include <algorithm>

namespace bot::doors::sandbox {
namespace {

constexpr std::int64_t minute_ms = 60'000;

bool is_deaf(const Capabilities& can)
{
    return !can.hears_all && can.replies_per_message < 0;
}

} // namespace

bool hears(const Capabilities& can, const Line& line)
{
    if (is_deaf(can))
        return false;
    return can.hears_all || line.mention || line.chat.type == ChatType::direct;
}

std::string why_unheard(const Capabilities& can)
{
    return is_deaf(can) ? "这个平台上机器人只能发，什么都听不到"
                        : "机器人没听到：这个平台只把 @ 它的话交给它";
}

Opening opening_of(const Capabilities& can, const Line& heard, std::int64_t now_ms)
{
    Opening opening;
    if (can.replies_per_message > 0)
        opening.left = std::max(0, can.replies_per_message - heard.answers);
    if (can.reply_window_ms > 0)
        opening.until_ms = heard.time_ms + can.reply_window_ms;
    const bool in_time = opening.until_ms == 0 || now_ms <= opening.until_ms;
    opening.open = can.replies_per_message >= 0 && opening.left != 0 && in_time;
    return opening;
}

std::string why_closed(const Capabilities& can, const Opening& opening)
{
    if (can.replies_per_message < 0)
        return "这个平台不让机器人回话，只能发通知";
    if (opening.left == 0)
        return "这个平台一句话最多回 " + std::to_string(can.replies_per_message) + " 条，已经用完";
    return "过了 " + std::to_string(can.reply_window_ms / minute_ms) + " 分钟，这个平台不让再回这句话";
}

bool has_link(const std::string& text)
{
    return text.find("http://") != std::string::npos || text.find("https://") != std::string::npos;
}

std::vector<std::string> in_parts(const std::string& text, std::size_t limit)
{
    std::vector<std::string> parts;
    std::string rest = text;
    while (limit > 0 && text::length(rest) > limit) {
        std::string part = text::prefix(rest, limit);
        const std::size_t line_end = part.rfind('\n');
        if (line_end != std::string::npos && line_end > part.size() / 2)
            part.resize(line_end);
        rest.erase(0, part.size());
        if (rest.starts_with('\n'))
            rest.erase(0, 1);
        parts.push_back(std::move(part));
    }
    parts.push_back(std::move(rest));
    return parts;
}

} // namespace bot::doors::sandbox
