#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace bot {

/// `2026-07-18T19:00`, with seconds and with `Z` or `+08:00` if given (default Asia/Shanghai) → milliseconds
/// UTC.
std::optional<std::int64_t> parse_time_ms(const std::string& text);
/// The first moment after `now_ms` at which clocks in Asia/Shanghai show `hour`:`minute`; milliseconds UTC.
std::int64_t next_time_of_day_ms(std::int64_t now_ms, int hour, int minute);
/// `2026-07-18T19:00:00+08:00`.
std::string format_time(std::int64_t ms);

} // namespace bot
