#include "bot/core/time.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Time, ReadsAndWritesShanghai)
{
    EXPECT_EQ(bot::parse_time_ms("2026-07-18T19:00"), 1784372400000);
    EXPECT_EQ(bot::parse_time_ms("2026-07-18T19:00:00+08:00"), 1784372400000);
    EXPECT_EQ(bot::parse_time_ms("2026-07-18T11:00:00Z"), 1784372400000);
    EXPECT_EQ(bot::format_time(1784372400000), "2026-07-18T19:00:00+08:00");
}

TEST(Time, RefusesWhatIsNoTime)
{
    for (const char* wrong :
         {"", "tomorrow", "2026-13-01T00:00", "2026-02-30T00:00", "2026-07-18T25:00", "2026-07-18T19:00x",
          "2026-07-18T-1:00", "2026-07-18T19:+5", "2026-07-18T19:00:-1", "2026-07-18T19:00+8",
          "2026-07-18T19:00+99:99", "-026-07-18T19:00"})
        EXPECT_FALSE(bot::parse_time_ms(wrong)) << wrong;
}

} // namespace
