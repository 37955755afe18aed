#include "bot/outreach/pacer.hpp"

#include <algorithm>
#include <charconv>

namespace bot::outreach {
namespace {

/// So much lateness is made up for, or every late timer and every commit would cost its length.
constexpr std::int64_t made_up_us = 50'000;

} // namespace

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

std::int64_t Pacer::spacing_us() const
{
    return (rate_->period_ms * 1'000 + rate_->count - 1) / rate_->count;
}

/// Milliseconds are cut off on both sides, so what has finished leaves the window one millisecond later.
std::int64_t Pacer::room(std::int64_t now_ms) const
{
    const auto first = std::lower_bound(finished_ms_.begin(), finished_ms_.end(), now_ms - rate_->period_ms);
    return rate_->count - under_way_ - (finished_ms_.end() - first);
}

/// What leaves pushes the next one back; what was not asked for by one period at most.
void Pacer::move_on(std::int64_t now_ms, int count)
{
    const std::int64_t now_us = now_ms * 1'000;
    const std::int64_t from = std::max(next_allowed_us_, now_us - std::max(spacing_us(), made_up_us));
    next_allowed_us_ = std::min(from + spacing_us() * count, now_us + rate_->period_ms * 1'000);
}

int Pacer::take(std::int64_t now_ms, int wanted, int together)
{
    if (!rate_) {
        under_way_ += wanted;
        return wanted;
    }
    int taken = 0;
    int step = static_cast<int>(std::min<std::int64_t>(together, rate_->count));
    while (taken + step <= wanted && next_allowed_us_ <= now_ms * 1'000 && room(now_ms) >= step) {
        move_on(now_ms, step);
        under_way_ += step;
        taken += step;
        step = 1;
    }
    return taken;
}

void Pacer::give_back(int count)
{
    under_way_ -= count;
    if (rate_)
        next_allowed_us_ -= spacing_us() * count;
}

void Pacer::started(std::int64_t now_ms, int count)
{
    under_way_ += count;
    if (rate_)
        move_on(now_ms, count);
}

void Pacer::finished(std::int64_t now_ms, int count)
{
    under_way_ -= count;
    keep(now_ms, count);
}

void Pacer::remember(std::int64_t at_ms, int count)
{
    keep(at_ms, count);
    if (rate_)
        next_allowed_us_ = std::max(next_allowed_us_, at_ms * 1'000 + spacing_us() * count);
}

void Pacer::keep(std::int64_t at_ms, int count)
{
    if (!rate_)
        return;
    const std::int64_t not_before = finished_ms_.empty() ? at_ms : finished_ms_.back();
    finished_ms_.insert(finished_ms_.end(), static_cast<std::size_t>(count), std::max(at_ms, not_before));
    while (static_cast<std::int64_t>(finished_ms_.size()) > rate_->count)
        finished_ms_.pop_front();
}

std::int64_t Pacer::next_ms(std::int64_t now_ms, int together) const
{
    if (!rate_)
        return now_ms;
    std::int64_t next = std::max(now_ms, (next_allowed_us_ + 999) / 1'000);
    const std::int64_t missing = std::min<std::int64_t>(together, rate_->count) - room(next);
    const auto ended = static_cast<std::int64_t>(finished_ms_.size());
    if (missing > 0 && missing <= ended) {
        const auto first =
            std::lower_bound(finished_ms_.begin(), finished_ms_.end(), next - rate_->period_ms);
        const auto last = std::min(first + missing, finished_ms_.end()) - 1;
        next = std::max(next, *last + rate_->period_ms + 1);
    } else if (missing > 0) {
        next += rate_->period_ms; // all of them are under way: whoever ends wakes the caller
    }
    return next;
}

} // namespace bot::outreach
