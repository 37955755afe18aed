#include "bot/outreach/pacer.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

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
        for (int taken = pacer.take(now, 5); taken > 0; --taken) {
            window.push_back(now);
            pacer.finished(now, 1);
            ++sent;
        }
        while (!window.empty() && window.front() <= now - 60'000)
            window.pop_front();
        ASSERT_LE(window.size(), 20U);
    }
    EXPECT_GE(sent, 1164);
}

/// The platform counts a send somewhere between leaving and being answered, and answers take 1 to 40 ms.
TEST(Pacer, NoSlidingSecondHoldsMoreThanAllowedWhateverTheLatency)
{
    Pacer pacer(parse_rate("20/s"));
    std::minstd_rand random(7);
    std::deque<std::int64_t> window;
    int sent = 0;
    for (std::int64_t now = 1'000'000; now < 1'100'000; ++now) {
        if (pacer.take(now, 1) != 1)
            continue;
        const std::int64_t left = now;
        now += 1 + static_cast<std::int64_t>(random() % 40);
        const std::int64_t counted =
            left + static_cast<std::int64_t>(random() % static_cast<unsigned>(now - left + 1));
        pacer.finished(now, 1);
        while (!window.empty() && window.front() + 1'000 <= counted)
            window.pop_front();
        window.push_back(counted);
        ++sent;
        ASSERT_LE(window.size(), 20U);
    }
    EXPECT_GE(sent, 1'900);
}

TEST(Pacer, WhatWasNotUsedMayGoAtOnce)
{
    Pacer pacer(parse_rate("1/s"));
    EXPECT_EQ(pacer.take(10'000, 1), 1);
    EXPECT_EQ(pacer.take(10'000, 1), 0);
    pacer.give_back(1);
    EXPECT_EQ(pacer.take(10'000, 1), 1);
    pacer.finished(10'200, 1);
    EXPECT_EQ(pacer.next_ms(10'200), 11'201);
    EXPECT_EQ(pacer.take(11'200, 1), 0);
    EXPECT_EQ(pacer.take(11'201, 1), 1);
}

/// What the window of the platform sees when commits make the sender late: 333 a second, a look every 5 ms.
TEST(Pacer, LatenessIsMadeUpForWhereTheRateIsHigh)
{
    Pacer pacer(parse_rate("20000/min"));
    std::int64_t sent = 0;
    for (std::int64_t now = 1'000'000; now < 1'060'000; now += 5) {
        const int taken = pacer.take(now, 16);
        pacer.finished(now, taken);
        sent += taken;
    }
    EXPECT_GE(sent, 19'400);
    EXPECT_LE(sent, 20'000);
}

TEST(Pacer, ThePartsOfOneTextGoTogether)
{
    Pacer pacer(parse_rate("5/s"));
    EXPECT_EQ(pacer.take(10'000, 3, 3), 3);
    pacer.finished(10'000, 3);
    EXPECT_EQ(pacer.take(10'600, 3, 3), 0) << "the window has room for two";
    EXPECT_EQ(pacer.next_ms(10'600, 3), 11'001);
    EXPECT_EQ(pacer.take(11'001, 3, 3), 3);
    pacer.finished(11'001, 3);
    EXPECT_EQ(pacer.take(13'000, 9, 9), 5) << "more parts than the rate counts get the whole window";
}

TEST(Pacer, AnswersNeverWaitAndPushNoticesBack)
{
    Pacer pacer(parse_rate("2/s"));
    pacer.started(10'000, 2);
    EXPECT_EQ(pacer.take(10'000, 1), 0);
    pacer.finished(10'100, 2);
    EXPECT_EQ(pacer.take(11'100, 1), 0);
    EXPECT_EQ(pacer.take(11'101, 1), 1);
    pacer.started(11'200, 50);
    pacer.finished(11'300, 50);
    EXPECT_LE(pacer.next_ms(11'300), 12'301) << "never further than one period";
}

TEST(Pacer, WhatAnEarlierRunSentCounts)
{
    Pacer pacer(parse_rate("3/s"));
    pacer.remember(9'700, 2);
    pacer.remember(9'900, 1);
    EXPECT_EQ(pacer.take(10'700, 1), 0);
    EXPECT_EQ(pacer.take(10'701, 1), 1);
}

} // namespace
