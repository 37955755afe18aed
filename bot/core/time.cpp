#include "bot/core/time.hpp"

#include <chrono>
#include <cstdio>

namespace bot {
namespace {
constexpr int china_minutes = 8 * 60;
} // namespace

std::optional<std::int64_t> parse_time_ms(const std::string& text)
{
    using namespace std::chrono;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2d%*1[T ]%2d:%2d%n", &y, &mo, &d, &h, &mi, &used) < 5 ||
        used == 0)
        return std::nullopt;
    std::string rest = text.substr(static_cast<std::size_t>(used));
    if (int more = 0; std::sscanf(rest.c_str(), ":%2d%n", &s, &more) == 1)
        rest.erase(0, static_cast<std::size_t>(more));
    int offset = china_minutes;
    if (int oh = 0, om = 0, more = 0; rest == "Z") {
        offset = 0;
    } else if (!rest.empty()) {
        if (std::sscanf(rest.c_str() + 1, "%2d:%2d%n", &oh, &om, &more) != 2 ||
            static_cast<std::size_t>(more) + 1 != rest.size() || (rest[0] != '+' && rest[0] != '-'))
            return std::nullopt;
        offset = (rest[0] == '-' ? -1 : 1) * (oh * 60 + om);
    }
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!date.ok() || h > 23 || mi > 59 || s > 60)
        return std::nullopt;
    const auto at = sys_days{date} + hours{h} + minutes{mi - offset} + seconds{s};
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
