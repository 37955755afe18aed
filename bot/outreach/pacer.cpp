#include "bot/outreach/pacer.hpp"

#include <algorithm>
#include <charconv>

namespace bot::outreach {

std::optional<Rate> parse_rate(std::string_view text)
{
    std::int64_t count = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (ec != std::errc() || count <= 0 || end == text.data() + text.size() || *end != '/')
        return std::nullopt;
    const std::string_view unit(end + 1, static_cast<std::size_t>(text.data() + text.size() - end - 1));
    if (unit == "s")
        return Rate{count, 1'000};
    if (unit == "min")
        return Rate{count, 60'000};
    if (unit == "h")
        return Rate{count, 3'600'000};
    if (unit == "day")
        return Rate{count, 86'400'000};
    return std::nullopt;
}

std::int64_t Pacer::spacing() const
{
    return (rate_->period_ms + rate_->count - 1) / rate_->count;
}

int Pacer::take(std::int64_t now_ms, int wanted)
{
    if (now_ms < held_until_ms_)
        return 0;
    if (!rate_)
        return wanted;
    if (now_ms < next_allowed_ms_ || wanted < 1)
        return 0;
    next_allowed_ms_ = now_ms + spacing();
    return 1;
}

std::int64_t Pacer::next_ms(std::int64_t now_ms) const
{
    return std::max({now_ms, held_until_ms_, rate_ ? next_allowed_ms_ : now_ms});
}

void Pacer::hold_until(std::int64_t until_ms)
{
    held_until_ms_ = std::max(held_until_ms_, until_ms);
}

void Pacer::give_back(int count)
{
    if (rate_ && count > 0)
        next_allowed_ms_ -= spacing();
}

} // namespace bot::outreach
