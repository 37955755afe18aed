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
    memory.choices.push_back({bot::routing::Choice::Kind::topic, "overtime-pay", 0});
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

} // namespace
