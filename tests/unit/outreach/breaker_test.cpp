#include "bot/outreach/breaker.hpp"

#include <gtest/gtest.h>

namespace {

using bot::outreach::Breaker;

constexpr std::int64_t start = 1'000'000;

TEST(Breaker, WhatWasUnderWayAtTheFirstFailureIsOneSign)
{
    Breaker breaker;
    EXPECT_EQ(breaker.allow(start, 16), 16);
    const auto ticket = breaker.start();
    for (int i = 0; i < 16; ++i)
        breaker.failed(ticket, Breaker::Sign::refused, start, 0);
    EXPECT_EQ(breaker.allow(start, 16), 0);
    EXPECT_GE(breaker.next_ms(start), start + 2'000);
    EXPECT_LE(breaker.next_ms(start), start + 2'500);
}

TEST(Breaker, ExactlyOneProbeFindsOutAndASuccessHeals)
{
    Breaker breaker;
    breaker.failed(breaker.start(), Breaker::Sign::refused, start, 0);
    std::int64_t now = breaker.next_ms(start);
    EXPECT_EQ(breaker.allow(now, 16), 1);
    const auto probe = breaker.start();
    EXPECT_EQ(breaker.allow(now, 16), 0);
    EXPECT_EQ(breaker.allow(now + 3'600'000, 16), 0);
    breaker.failed(probe, Breaker::Sign::refused, now, 0);
    EXPECT_GE(breaker.next_ms(now), now + 4'000);
    now = breaker.next_ms(now);
    breaker.worked(breaker.start());
    EXPECT_EQ(breaker.allow(now, 16), 16);
}

TEST(Breaker, AnOutageOfSixHoursCostsFewCallsAndIsOverWithinOneProbe)
{
    Breaker breaker;
    const std::int64_t end = start + 6 * 3'600'000;
    std::int64_t now = start, minute = start;
    int in_minute = 0;
    while (now < end) {
        if (now >= minute + 60'000) {
            minute = now;
            in_minute = 0;
        }
        breaker.failed(breaker.start(), Breaker::Sign::unanswered, now, 0);
        EXPECT_LE(++in_minute, 20);
        now = breaker.next_ms(now);
    }
    EXPECT_LE(now, end + 15'000);
    breaker.worked(breaker.start());
    EXPECT_TRUE(breaker.is_closed());
}

TEST(Breaker, AnyAnswerEndsSilenceButNoLimit)
{
    Breaker breaker;
    breaker.failed(breaker.start(), Breaker::Sign::unanswered, start, 0);
    breaker.seen_alive();
    EXPECT_TRUE(breaker.is_closed());
    breaker.failed(breaker.start(), Breaker::Sign::refused, start, 0);
    breaker.seen_alive();
    EXPECT_EQ(breaker.allow(start, 1), 0);
}

TEST(Breaker, ALateSuccessFromBeforeDoesNotEndAnOutage)
{
    Breaker breaker;
    const auto early = breaker.start();
    std::int64_t now = start;
    for (int i = 0; i < 3; ++i) {
        breaker.failed(breaker.start(), Breaker::Sign::unanswered, now, 0);
        now = breaker.next_ms(now);
    }
    breaker.worked(early);
    EXPECT_FALSE(breaker.is_closed());
}

TEST(Breaker, ThePlatformsOwnPenaltyIsObeyedWhateverSucceeds)
{
    Breaker breaker;
    const auto early = breaker.start();
    breaker.failed(breaker.start(), Breaker::Sign::refused, start, 60'000);
    breaker.worked(early);
    EXPECT_EQ(breaker.allow(start + 59'999, 1), 0);
    EXPECT_EQ(breaker.allow(start + 60'000, 1), 1);
}

TEST(Breaker, OneAccidentIsFollowedUpAtOnceAndMendedSettingsToo)
{
    Breaker breaker;
    breaker.failed(breaker.start(), Breaker::Sign::unanswered, start, 0);
    EXPECT_EQ(breaker.allow(start, 16), 1);
    breaker.failed(breaker.start(), Breaker::Sign::locked_out, start, 0);
    EXPECT_GE(breaker.next_ms(start), start + 16'000);
    breaker.forgive();
    EXPECT_EQ(breaker.allow(start, 16), 16);
}

} // namespace
