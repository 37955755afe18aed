#include "bot/outreach/quiet_hours.hpp"

#include "bot/core/time.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace bot::outreach {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t china_ms = 8 * 3'600'000;

/// `hh` of at most two digits, not above `most`.
std::optional<int> two_digits(std::string_view digits, int most)
{
    int number = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = ec == std::errc() && end == digits.data() + digits.size() && digits.size() <= 2;
    return whole && number >= 0 && number <= most ? std::optional(number) : std::nullopt;
}

/// `21:30` → 1290.
std::optional<int> minute_of_day(std::string_view time)
{
    const std::size_t colon = std::min(time.find(':'), time.size());
    const auto hour = two_digits(time.substr(0, colon), 23);
    const auto minute = two_digits(time.substr(std::min(colon + 1, time.size())), 59);
    return hour && minute ? std::optional(*hour * 60 + *minute) : std::nullopt;
}

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
    const std::size_t dash = std::min(text.find('-'), text.size());
    const auto from = minute_of_day(std::string_view(text).substr(0, dash));
    const auto to = minute_of_day(std::string_view(text).substr(std::min(dash + 1, text.size())));
    if (!from || !to)
        return std::nullopt;
    hours.from_minute_ = *from;
    hours.to_minute_ = *to;
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
