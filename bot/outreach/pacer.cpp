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

/// Milliseconds are cut off on both sides, so a finished send leaves the window one millisecond later.
bool Pacer::is_full(std::int64_t now_ms) const
{
    const auto gone = std::find_if(finished_ms_.begin(), finished_ms_.end(),
                                   [&](std::int64_t at) { return at + rate_->period_ms >= now_ms; });
    return under_way_ + (finished_ms_.end() - gone) >= rate_->count;
}

int Pacer::take(std::int64_t now_ms, int wanted)
{
    if (now_ms < held_until_ms_)
        return 0;
    if (!rate_) {
        under_way_ += wanted;
        return wanted;
    }
    if (now_ms < next_allowed_ms_ || wanted < 1 || is_full(now_ms))
        return 0;
    // One late spacing is made up for, or every late timer would cost its lateness.
    next_allowed_ms_ = std::max(next_allowed_ms_, now_ms - spacing()) + spacing();
    ++under_way_;
    return 1;
}

void Pacer::finished(std::int64_t now_ms, int count)
{
    under_way_ -= count;
    if (!rate_)
        return;
    finished_ms_.insert(finished_ms_.end(), static_cast<std::size_t>(count), now_ms);
    while (static_cast<std::int64_t>(finished_ms_.size()) > rate_->count)
        finished_ms_.pop_front();
}

std::int64_t Pacer::next_ms(std::int64_t now_ms) const
{
    std::int64_t next = std::max(now_ms, held_until_ms_);
    if (rate_)
        next = std::max(next, next_allowed_ms_);
    if (rate_ && is_full(next) && !finished_ms_.empty())
        next = std::max(next, finished_ms_.front() + rate_->period_ms + 1);
    return next;
}

void Pacer::hold_until(std::int64_t until_ms)
{
    held_until_ms_ = std::max(held_until_ms_, until_ms);
}

void Pacer::give_back(int count)
{
    under_way_ -= count;
    if (rate_)
        next_allowed_ms_ -= spacing() * count;
}

} // namespace bot::outreach
