#include "bot/outreach/pacer.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace {

using bot::outreach::Pacer;
using bot::outreach::parse_rate;

TEST(Pacer, ReadsRates)
{
    EXPECT_EQ(parse_rate("20/min")->period_ms, 60'000);
    EXPECT_EQ(parse_rate("600/h")->count, 600);
    for (const char* wrong : {"", "20", "20/", "/min", "0/min", "-1/s", "20/week"})
        EXPECT_FALSE(parse_rate(wrong)) << wrong;
}

TEST(Pacer, NoSlidingMinuteHoldsMoreThanAllowedAndHardlyLess)
{
    Pacer pacer(parse_rate("20/min"));
    std::deque<std::int64_t> window;
    int sent = 0;
    for (std::int64_t now = 1'000'000; now < 1'000'000 + 3'600'000; now += 100) {
        if (pacer.take(now, 5) == 1) {
            window.push_back(now);
            ++sent;
        }
        while (!window.empty() && window.front() <= now - 60'000)
            window.pop_front();
        ASSERT_LE(window.size(), 20U);
    }
    EXPECT_GE(sent, 1164);
}

TEST(Pacer, APenaltyIsObeyed)
{
    Pacer pacer(parse_rate("2/s"));
    pacer.hold_until(5'000);
    EXPECT_EQ(pacer.take(4'999, 1), 0);
    EXPECT_EQ(pacer.next_ms(1'000), 5'000);
    EXPECT_EQ(pacer.take(5'000, 1), 1);
}

} // namespace
