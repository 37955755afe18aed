#include "bot/core/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace bot {
namespace {
constexpr int china_minutes = 8 * 60;

/// Reads a text from the front; every step says whether it found what it wanted.
class Front {
public:
    explicit Front(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }

    bool take(std::string_view one_of)
    {
        const bool found = !text_.empty() && one_of.find(text_.front()) != std::string_view::npos;
        text_.remove_prefix(found ? 1 : 0);
        return found;
    }

    /// A number of `least` to `most` digits, at most `highest`.
    bool number(int& value, std::size_t least, std::size_t most, int highest)
    {
        std::size_t digits = 0;
        for (value = 0; digits < std::min(most, text_.size()) && text_[digits] >= '0' && text_[digits] <= '9';
             ++digits)
            value = value * 10 + (text_[digits] - '0');
        text_.remove_prefix(digits);
        return digits >= least && value <= highest;
    }

private:
    std::string_view text_;
};

/// Minutes east of Greenwich: nothing, `Z` or `+08:00`.
std::optional<int> read_offset(Front& front)
{
    if (front.at_end())
        return china_minutes;
    if (front.take("Z"))
        return 0;
    int hours = 0, minutes = 0;
    const bool west = front.take("-");
    if ((!west && !front.take("+")) || !front.number(hours, 1, 2, 23) || !front.take(":") ||
        !front.number(minutes, 2, 2, 59))
        return std::nullopt;
    return (west ? -1 : 1) * (hours * 60 + minutes);
}
} // namespace

std::optional<std::int64_t> parse_time_ms(const std::string& text)
{
    using namespace std::chrono;
    Front front(text);
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    const bool read = front.number(y, 4, 4, 9999) && front.take("-") && front.number(mo, 1, 2, 12) &&
                      front.take("-") && front.number(d, 1, 2, 31) && front.take("T ") &&
                      front.number(h, 1, 2, 23) && front.take(":") && front.number(mi, 1, 2, 59) &&
                      (!front.take(":") || front.number(s, 1, 2, 60));
    const std::optional<int> offset = read ? read_offset(front) : std::nullopt;
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!offset || !front.at_end() || !date.ok())
        return std::nullopt;
    const auto at = sys_days{date} + hours{h} + minutes{mi - *offset} + seconds{s};
    return duration_cast<milliseconds>(at.time_since_epoch()).count();
}

std::int64_t next_time_of_day_ms(std::int64_t now_ms, int hour, int minute)
{
    constexpr std::int64_t day_ms = 86'400'000;
    const std::int64_t local = now_ms + china_minutes * std::int64_t{60'000};
    const std::int64_t wanted = local - local % day_ms + (hour * std::int64_t{60} + minute) * 60'000;
    return (wanted > local ? wanted : wanted + day_ms) - china_minutes * std::int64_t{60'000};
}

std::string format_time(std::int64_t ms)
{
    using namespace std::chrono;
    const sys_time<milliseconds> at{milliseconds{ms} + minutes{china_minutes}};
    const auto midnight = floor<days>(at);
    const year_month_day date{midnight};
    const hh_mm_ss clock{floor<seconds>(at - midnight)};
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d+08:00", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

} // namespace bot
