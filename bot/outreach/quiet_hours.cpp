#include "bot/outreach/quiet_hours.hpp"

#include "bot/core/time.hpp"

#include <algorithm>
#include <cstdio>

namespace bot::outreach {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t china_ms = 8 * 3'600'000;

} // namespace

std::int64_t day_start_ms(std::int64_t now_ms)
{
    return now_ms - (now_ms + china_ms) % day_ms;
}

std::optional<QuietHours> QuietHours::parse(const std::string& text)
{
    QuietHours hours;
    if (text.empty())
        return hours;
    int from_h = 0, from_m = 0, to_h = 0, to_m = 0;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%2d:%2d-%2d:%2d%c", &from_h, &from_m, &to_h, &to_m, &rest) != 4 ||
        std::min({from_h, from_m, to_h, to_m}) < 0 || std::max(from_h, to_h) > 23 ||
        std::max(from_m, to_m) > 59)
        return std::nullopt;
    hours.from_minute_ = from_h * 60 + from_m;
    hours.to_minute_ = to_h * 60 + to_m;
    return hours;
}

bool QuietHours::covers(std::int64_t now_ms) const
{
    const auto at = static_cast<int>((now_ms - day_start_ms(now_ms)) / minute_ms);
    if (from_minute_ <= to_minute_)
        return at >= from_minute_ && at < to_minute_;
    return at >= from_minute_ || at < to_minute_;
}

std::int64_t QuietHours::end_ms(std::int64_t now_ms) const
{
    return covers(now_ms) ? next_time_of_day_ms(now_ms, to_minute_ / 60, to_minute_ % 60) : now_ms;
}

std::int64_t QuietHours::finish_ms(std::int64_t start_ms, std::int64_t work_ms) const
{
    if (from_minute_ == to_minute_)
        return start_ms + work_ms;
    std::int64_t at = end_ms(start_ms);
    for (;;) {
        const std::int64_t night = next_time_of_day_ms(at, from_minute_ / 60, from_minute_ % 60);
        if (at + work_ms <= night)
            return at + work_ms;
        work_ms -= night - at;
        at = end_ms(night);
    }
}

} // namespace bot::outreach
