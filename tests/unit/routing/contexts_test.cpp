#include "bot/routing/contexts.hpp"

#include <gtest/gtest.h>

namespace {

bot::Event of(const std::string& person)
{
    bot::Event event;
    event.account = "a";
    event.chat.id = "70001";
    event.sender.id = person;
    return event;
}

TEST(Contexts, ANumberAnswersOnlyTheListThatThisPersonWasShown)
{
    bot::ManualClock clock(0);
    bot::routing::Contexts contexts(clock);
    bot::routing::Memory memory;
    memory.choices.push_back({bot::routing::Choice::Kind::topic, "overtime-pay", 0, {}});
    contexts.remember(of("42"), memory);
    EXPECT_EQ(contexts.recall(of("42")).choices.size(), 1U);
    EXPECT_TRUE(contexts.recall(of("43")).choices.empty());
}

TEST(Contexts, ForgetsAfterFiveMinutes)
{
    bot::ManualClock clock(0);
    bot::routing::Contexts contexts(clock);
    bot::routing::Memory memory;
    memory.topic = "overtime-pay";
    contexts.remember(of("42"), memory);
    clock.advance_ms(5 * 60 * 1000 + 1);
    EXPECT_TRUE(contexts.recall(of("42")).topic.empty());
}

TEST(Contexts, RememberWhereAPersonWorksForThirtyDays)
{
    constexpr std::int64_t day_ms = 24LL * 3600 * 1000;
    bot::ManualClock clock(0);
    bot::routing::Contexts contexts(clock);
    contexts.remember_region(of("42"), "62");
    bot::Event elsewhere = of("42");
    elsewhere.chat.id = "70002";
    EXPECT_EQ(contexts.region_of(elsewhere), "62") << "in whatever chat";
    EXPECT_EQ(contexts.region_of(of("43")), "");
    clock.advance_ms(30 * day_ms);
    EXPECT_EQ(contexts.region_of(of("42")), "62");
    clock.advance_ms(1);
    EXPECT_EQ(contexts.region_of(of("42")), "");
}

} // namespace
