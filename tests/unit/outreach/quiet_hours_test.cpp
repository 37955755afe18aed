#include "bot/outreach/quiet_hours.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using bot::outreach::QuietHours;

constexpr std::int64_t midnight = 1'784'304'000'000; // 2026-07-18 00:00 in Shanghai
constexpr std::int64_t hour = 3'600'000;

TEST(QuietHours, AreReadStrictly)
{
    EXPECT_TRUE(QuietHours::parse(""));
    EXPECT_TRUE(QuietHours::parse("22:00-07:00"));
    for (const char* wrong : {"22-7", "24:00-07:00", "22:00-07:60", "22:00-07:00x", "night"})
        EXPECT_FALSE(QuietHours::parse(wrong)) << wrong;
}

TEST(QuietHours, CrossMidnightAndEndInTheMorning)
{
    const auto night = *QuietHours::parse("22:00-07:00");
    std::minstd_rand random(3);
    for (int i = 0; i < 1'000'000; ++i) {
        const std::int64_t in_day = static_cast<std::int64_t>(random()) % (24 * hour);
        const std::int64_t now = midnight + static_cast<std::int64_t>(random() % 400) * 24 * hour + in_day;
        const bool quiet = in_day < 7 * hour || in_day >= 22 * hour;
        ASSERT_EQ(night.covers(now), quiet) << now;
        ASSERT_FALSE(night.covers(night.end_ms(now))) << now;
        ASSERT_LE(night.end_ms(now) - now, 9 * hour) << now;
    }
}

TEST(QuietHours, WorkRestsInThem)
{
    const auto night = *QuietHours::parse("22:00-07:00");
    EXPECT_EQ(night.finish_ms(midnight + 12 * hour, hour), midnight + 13 * hour);
    EXPECT_EQ(night.finish_ms(midnight + 21 * hour, 3 * hour), midnight + (24 + 9) * hour);
    EXPECT_EQ(night.finish_ms(midnight + 23 * hour, hour), midnight + (24 + 8) * hour);
    EXPECT_EQ(night.finish_ms(midnight + 12 * hour, 30 * hour), midnight + (48 + 12) * hour);
    EXPECT_EQ(QuietHours().finish_ms(midnight, 30 * hour), midnight + 30 * hour);
}

} // namespace
