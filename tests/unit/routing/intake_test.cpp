#include "bot/routing/intake.hpp"

#include <gtest/gtest.h>

namespace {

using bot::routing::Intake;
using bot::routing::Verdict;

bot::Event message(const std::string& id, const std::string& text, std::int64_t at)
{
    bot::Event event;
    event.account = "a";
    event.kind = bot::EventKind::message;
    event.chat.id = "70001";
    event.sender.id = "42";
    event.message_id = id;
    event.text = text;
    event.time_ms = at;
    event.dedupe_key = "m:" + id;
    return event;
}

constexpr std::int64_t start = 1'763'800'000'000;

TEST(Intake, EachMessageOnceAlsoAfterARestart)
{
    bot::ManualClock clock(start);
    Intake before(clock);
    EXPECT_EQ(before.admit(message("1", "问", start)), Verdict::accept);
    EXPECT_EQ(before.admit(message("1", "问", start)), Verdict::duplicate);

    Intake after(clock);
    after.restore(before.take_new());
    EXPECT_EQ(after.admit(message("1", "问", start)), Verdict::duplicate);
    EXPECT_TRUE(before.take_new().empty());
}

TEST(Intake, OldMessagesAndOwnMessagesAreNotAnswered)
{
    bot::ManualClock clock(start);
    Intake intake(clock);
    EXPECT_EQ(intake.admit(message("1", "问", start - 301'000)), Verdict::stale);
    bot::Event own = message("2", "问", start);
    own.self = true;
    EXPECT_EQ(intake.admit(own), Verdict::self);
}

TEST(Intake, AWithdrawnQuestionIsNotAnswered)
{
    bot::ManualClock clock(start);
    Intake intake(clock);
    bot::Event recall;
    recall.account = "a";
    recall.kind = bot::EventKind::notice;
    recall.happening = bot::Happening::message_recalled;
    recall.chat.id = "70001";
    recall.message_id = "7";
    EXPECT_EQ(intake.admit(recall), Verdict::accept);
    EXPECT_EQ(intake.admit(message("7", "问", start)), Verdict::withdrawn);
}

TEST(Intake, AParrotIsMutedForTenMinutes)
{
    bot::ManualClock clock(start);
    Intake intake(clock);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(intake.admit(message(std::to_string(i), "在吗", start)), Verdict::accept);
    EXPECT_EQ(intake.admit(message("7", "在吗", start)), Verdict::looping);
    EXPECT_EQ(intake.admit(message("8", "别的", start)), Verdict::looping);
    clock.advance_ms(10 * 60 * 1000);
    EXPECT_EQ(intake.admit(message("9", "别的", clock.now_ms())), Verdict::accept);
}

TEST(Intake, ForgetsAfterTheWindow)
{
    bot::ManualClock clock(start);
    Intake intake(clock);
    EXPECT_EQ(intake.admit(message("1", "问", start)), Verdict::accept);
    clock.advance_ms(73LL * 3600 * 1000);
    EXPECT_EQ(intake.admit(message("2", "问", clock.now_ms())), Verdict::accept);
    EXPECT_EQ(intake.size(), 1U);
}

} // namespace
