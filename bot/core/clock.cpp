#include "bot/core/clock.hpp"

#include <chrono>

namespace bot {

std::int64_t SystemClock::now_ms() const
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

ShiftedClock::ShiftedClock(std::int64_t start_ms) : offset_ms_(start_ms - SystemClock().now_ms()) {}

std::int64_t ShiftedClock::now_ms() const
{
    return SystemClock().now_ms() + offset_ms_;
}

} // namespace bot
