#include "bot/outreach/look_ups.hpp"
#include "bot/outreach/verdict.hpp"
#include "tests/unit/outreach/town.hpp"

#include <soci/soci.h>

#include <algorithm>

namespace {

using namespace bot;
using namespace outreach_test;

bool is_all_sent(const storage::Counts& now)
{
    return now.sent == groups;
}

void expect_once_each(const ScriptedDoor& door)
{
    EXPECT_EQ(door.arrived.size(), static_cast<std::size_t>(groups));
    for (const auto& [group, times] : door.arrived)
        EXPECT_EQ(times, 1) << group;
}

TEST(Postman, EveryGroupGetsItOnce)
{
    Town town;
    ScriptedDoor door;
    const auto id = town.announce();
    Delivery(town, door).run_until(id, is_all_sent);
    expect_once_each(door);
}

TEST(Postman, AStalledSendHoldsUpNobody)
{
    Town town;
    ScriptedDoor door;
    door.stalled_chats = {"g0"};
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_until(id, [](const auto& now) { return now.sent == groups - 1 && now.sending == 1; });
    delivery.postman().stop();
    delivery.run_for(2'000);
    EXPECT_TRUE(delivery.postman().running()) << "it ends only when what it sent has ended";
    door.release();
    EXPECT_TRUE(delivery.stop());
    EXPECT_EQ(town.counts(id).sent, groups);
    expect_once_each(door);
}

TEST(Postman, NoMoreThanTheBoundIsUnderWay)
{
    Town town;
    ScriptedDoor door;
    for (int i = 0; i < groups; ++i)
        door.stalled_chats.insert("g" + std::to_string(i));
    const auto id = town.announce();
    auto settings = Delivery::quick();
    settings.most_in_flight = 5;
    Delivery delivery(town, door, settings);
    delivery.run_until(id, [](const auto& now) { return now.sending == 5; });
    delivery.run_for(5'000);
    EXPECT_EQ(town.counts(id).sending, 5);
    door.release();
    delivery.run_until(id, is_all_sent);
}

TEST(Postman, AStalledSendHoldsUpNobodyWhereARateIsSet)
{
    Town town;
    ScriptedDoor door;
    door.stalled_chats = {"g0"};
    const auto id = town.announce();
    auto settings = Delivery::quick();
    settings.rate = outreach::Rate{2, 1'000};
    Delivery delivery(town, door, settings);
    delivery.run_until(
        id, [](const auto& now) { return now.sent == groups - 1; }, 500);
    door.release();
    delivery.run_until(id, is_all_sent);
}

TEST(Postman, AnUnknownResultIsLookedUpAndNeverBlindlyResent)
{
    Town town;
    ScriptedDoor door;
    door.script = {outcome_of(SendAction::unknown_result), outcome_of(SendAction::unknown_result),
                   outcome_of(SendAction::retry), outcome_of(SendAction::drop)};
    const auto id = town.announce();
    Delivery(town, door).run_until(id, [](const auto& now) {
        return now.sent == groups - 1 && now.failed == 1;
    });
    for (const auto& [group, times] : door.arrived)
        EXPECT_EQ(times, 1) << group;
    EXPECT_GE(door.looks, 2);
}

TEST(Postman, ALimitLongerThanAnyAttemptCapFailsNobody)
{
    Town town;
    ScriptedDoor door;
    bool is_limited = true;
    int refused = 0;
    door.rule = [&](const std::string&) -> std::optional<SendOutcome> {
        refused += is_limited ? 1 : 0;
        return is_limited ? std::optional(outcome_of(SendAction::backoff)) : std::nullopt;
    };
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_for(3 * 3'600'000, 20'000);
    const auto counts = town.counts(id);
    EXPECT_EQ(counts.failed, 0);
    EXPECT_EQ(counts.waiting, groups);
    EXPECT_GT(refused, 15);
    EXPECT_LT(refused, 16 + 30);
    for (const auto& row : town.rows(id))
        if (row.attempts > 0) {
            EXPECT_EQ(row.reason, "试验里的原因");
        }
    is_limited = false;
    const auto back_at = town.clock.now_ms();
    delivery.run_until(id, is_all_sent, 20'000);
    EXPECT_LT(town.clock.now_ms() - back_at, 15 * 60'000);
    expect_once_each(door);
}

TEST(Postman, AnOutageCostsFewCallsAndHealsWithOneProbe)
{
    Town town;
    ScriptedDoor door;
    bool is_down = true;
    door.rule = [&](const std::string&) -> std::optional<SendOutcome> {
        return is_down ? std::optional(outcome_of(SendAction::retry)) : std::nullopt;
    };
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_for(60'000, 100);
    EXPECT_LE(door.asked_ms.size(), 22U);
    is_down = false;
    const auto before = door.asked_ms.size();
    delivery.run_until(id, is_all_sent, 100);
    EXPECT_EQ(door.asked_ms.size() - before, static_cast<std::size_t>(groups));
    EXPECT_LE(door.asked_ms[before] - noon, 60'000 + 16'000);
}

TEST(Postman, NothingIsSentWhileThereIsNoConnection)
{
    Town town;
    ScriptedDoor door;
    door.can_send = false;
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_for(60'000, 1'000);
    EXPECT_TRUE(door.asked_ms.empty());
    door.can_send = true;
    delivery.run_until(id, is_all_sent);
}

TEST(Postman, WhatFailsForItsOwnSakeIsGivenUpAndTheRestGoesOn)
{
    Town town;
    ScriptedDoor door;
    door.rule = [](const std::string& chat) -> std::optional<SendOutcome> {
        return chat == "g3" ? std::optional(outcome_of(SendAction::backoff, Scope::chat)) : std::nullopt;
    };
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_until(
        id, [](const auto& now) { return now.sent == groups - 1 && now.failed == 1; }, 2'000);
    EXPECT_EQ(town.rows(id, "failed").at(0).attempts, 8);
    EXPECT_GT(town.clock.now_ms() - noon, (2 + 4 + 8 + 16 + 32 + 64 + 128) * 1'000);
}

TEST(Postman, AGroupThatThrewUsOutIsMarked)
{
    Town town;
    ScriptedDoor door;
    door.rule = [](const std::string& chat) -> std::optional<SendOutcome> {
        return chat == "g3" ? std::optional(outcome_of(SendAction::disable_chat)) : std::nullopt;
    };
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_until(id, [](const auto& now) { return now.sent == groups - 1 && now.failed == 1; });
    const auto group =
        town.database.read_now([](soci::session& sql) { return storage::find_group(sql, "a", "g3"); });
    EXPECT_EQ(group->state, "left");
}

TEST(Postman, AnswersNeverWaitAndNoticesMakeRoom)
{
    Town town;
    ScriptedDoor door;
    const auto id = town.announce();
    auto settings = Delivery::quick();
    settings.rate = outreach::Rate{10, 10'000};
    Delivery delivery(town, door, settings);
    for (int i = 0; i < 20; ++i) {
        if (i % 2 == 0) {
            delivery.postman().note_answers(1, 0);
            delivery.postman().note_answers(0, 1);
        }
        delivery.run_for(1'000, 500);
    }
    EXPECT_LE(town.counts(id).sent, 11);
    EXPECT_GE(town.counts(id).sent, 5);
}

TEST(Postman, TheWindowHoldsAcrossARestart)
{
    Town town;
    ScriptedDoor door;
    const auto id = town.announce();
    auto settings = Delivery::quick();
    settings.rate = outreach::Rate{5, 10'000};
    for (int run = 0; run < 6; ++run)
        Delivery(town, door, settings).run_for(3'000, 500);
    Delivery(town, door, settings).run_until(id, is_all_sent, 500);
    for (std::size_t i = 5; i < door.asked_ms.size(); ++i)
        EXPECT_GT(door.asked_ms[i] - door.asked_ms[i - 5], 10'000) << i;
    EXPECT_LT(door.asked_ms.back() - noon, groups * 2'000 * 5 / 4);
    expect_once_each(door);
}

TEST(Postman, ALongTextTakesAsManyPermitsAsItHasParts)
{
    Town town;
    ScriptedDoor door;
    door.can.text_limit = 1; // 「内容」 leaves in two
    const auto id = town.announce();
    auto settings = Delivery::quick();
    settings.rate = outreach::Rate{10, 10'000};
    Delivery(town, door, settings).run_until(id, is_all_sent, 500);
    for (std::size_t i = 5; i < door.asked_ms.size(); ++i)
        EXPECT_GT(door.asked_ms[i] - door.asked_ms[i - 5], 10'000) << i;
    EXPECT_LT(door.asked_ms.back() - noon, groups * 2 * 1'000 * 5 / 4);
}

TEST(Postman, ATextLongerThanTheWholeWindowStillGoes)
{
    Town town;
    ScriptedDoor door;
    door.can.text_limit = 1;
    const auto id = town.announce("group:g7");
    auto settings = Delivery::quick();
    settings.rate = outreach::Rate{1, 1'000};
    Delivery(town, door, settings).run_until(id, [](const auto& now) { return now.sent == 1; });
}

/// The store refuses to write for a while: a table that the turn needs is away.
TEST(Postman, WhatEndedWhileTheStoreWasBrokenIsWrittenLater)
{
    Town town;
    ScriptedDoor door;
    for (int i = 0; i < groups; ++i)
        door.stalled_chats.insert("g" + std::to_string(i));
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_until(id, [](const auto& now) { return now.sending == 16; });
    const auto rename = [&](const char* sentence) {
        town.database.write_now([&](soci::session& sql) {
            sql << sentence;
            return true;
        });
    };
    rename("ALTER TABLE attempts RENAME TO attempts_away");
    door.release();
    delivery.run_for(3'000);
    EXPECT_EQ(town.counts(id).sending, 16);
    EXPECT_EQ(door.arrived.size(), 16U) << "nothing new leaves while nothing can be written";
    rename("ALTER TABLE attempts_away RENAME TO attempts");
    delivery.run_until(id, is_all_sent);
    expect_once_each(door);
}

TEST(Postman, AnotherRunTakesOverAndTheOldOneStopsSending)
{
    Town town;
    ScriptedDoor door;
    Delivery old(town, door);
    old.run_for(1'000);
    town.begin_epoch();
    const auto id = town.announce();
    old.run_for(5'000);
    EXPECT_TRUE(door.arrived.empty());
    EXPECT_EQ(town.counts(id).waiting, groups);
}

/// A process that is stopped between claiming and sending wakes up when its rows are somebody else's.
TEST(Postman, WhatWasClaimedTooLongAgoIsNotSent)
{
    Town town;
    ScriptedDoor door;
    bool is_first = true;
    town.on_render = [&] {
        town.clock.advance_ms(is_first ? 60'000 : 0);
        is_first = false;
    };
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_until(id, is_all_sent);
    expect_once_each(door);
    for (const auto& row : town.rows(id))
        EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(door.asked_ms.size(), static_cast<std::size_t>(groups));
}

TEST(Postman, StoppingEndsSoonAndClaimsNothingMore)
{
    Town town;
    ScriptedDoor door;
    const auto id = town.announce();
    Delivery delivery(town, door);
    EXPECT_TRUE(delivery.stop());
    EXPECT_EQ(town.counts(id).sending + town.counts(id).unknown, 0);
    EXPECT_EQ(static_cast<std::int64_t>(door.arrived.size()), town.counts(id).sent);
}

TEST(LookUps, SeveralAtOnceAndSendsDoNotWaitForThem)
{
    Town town;
    ScriptedDoor door;
    int left = 12;
    door.rule = [&](const std::string&) -> std::optional<SendOutcome> {
        return left-- > 0 ? std::optional(outcome_of(SendAction::unknown_result)) : std::nullopt;
    };
    const auto id = town.announce();
    Delivery(town, door).run_until(id, is_all_sent);
    EXPECT_GT(door.most_looks_at_once, 1);
    EXPECT_LE(door.most_looks_at_once, 8);
    expect_once_each(door);
}

TEST(LookUps, TheVeryLastOneIsSettledToo)
{
    Town town;
    ScriptedDoor door;
    door.script = {outcome_of(SendAction::unknown_result)};
    const auto id = town.announce("group:g7");
    Delivery(town, door).run_until(id, [](const auto& now) { return now.sent == 1; });
    EXPECT_EQ(door.arrived["g7"], 1);
}

TEST(LookUps, WhatCannotBeToldStaysUnknownWithItsReason)
{
    Town town;
    ScriptedDoor door;
    door.script = {outcome_of(SendAction::unknown_result)};
    door.sight = Sighting::cannot_tell;
    const auto id = town.announce();
    Delivery delivery(town, door);
    delivery.run_until(id, [](const auto& now) { return now.sent == groups - 1 && now.unknown == 1; });
    delivery.run_for(600'000, 5'000);
    const auto row = town.rows(id, "unknown").at(0);
    EXPECT_FALSE(row.reason.empty());
    EXPECT_EQ(row.attempts, 1);
    EXPECT_LT(door.looks, 25) << "each look waits longer than the one before";
}

/// A door whose messages a person has to send on.
struct Assisted {
    Assisted()
    {
        door.can.push = PushMode::assisted;
        door.sight = Sighting::handed;
        door.rule = [](const std::string&) {
            SendOutcome handed = outcome_of(SendAction::handed);
            handed.platform_message_id = "task-1";
            return std::optional(handed);
        };
    }

    Town town;
    ScriptedDoor door;
};

TEST(LookUps, WhatAPersonHasIsConfirmedWhenItWasSentOn)
{
    Assisted assisted;
    const auto id = assisted.town.announce();
    Delivery delivery(assisted.town, assisted.door);
    delivery.run_until(id, [](const auto& now) { return now.handed == groups; });
    delivery.run_for(60'000, 1'000);
    EXPECT_EQ(assisted.town.counts(id).handed, groups);
    EXPECT_EQ(assisted.door.receipts_seen, std::set<std::string>{"task-1"});
    assisted.door.sight = Sighting::present;
    delivery.run_until(
        id, [](const auto& now) { return now.confirmed == groups; }, 5'000);
    EXPECT_EQ(assisted.town.rows(id, "confirmed").at(0).attempts, 1);
}

TEST(LookUps, ACancelledNoticeIsTakenBackFromItsPerson)
{
    Assisted assisted;
    const auto id = assisted.town.announce();
    Delivery delivery(assisted.town, assisted.door);
    delivery.run_until(id, [](const auto& now) { return now.handed == groups; });
    assisted.town.database.write_now([id](soci::session& sql) {
        sql << "UPDATE announcements SET state = 'cancelled' WHERE id = :id", soci::use(id);
        return true;
    });
    delivery.run_until(
        id, [](const auto& now) { return now.skipped == groups; }, 5'000);
    EXPECT_EQ(assisted.door.withdrawn.size(), static_cast<std::size_t>(groups));
}

TEST(LookUps, AnUnknownOneThatAPersonHasIsHanded)
{
    storage::Claimed row;
    row.intent_ms = noon;
    row.state = "unknown";
    EXPECT_EQ(outreach::conclude(row, Sighting::handed, noon, 20'000).state, "handed");
    row.state = "handed";
    EXPECT_EQ(outreach::conclude(row, Sighting::cannot_tell, noon, 20'000).state, "handed");
    EXPECT_EQ(outreach::conclude(row, Sighting::present, noon, 20'000).state, "confirmed");
    EXPECT_EQ(outreach::conclude(row, Sighting::refused, noon, 20'000).state, "failed");
}

TEST(LookUps, AbsentIsBelievedOnlyWhenNoAnswerCanComeAnyMore)
{
    storage::Claimed row;
    row.intent_ms = noon;
    const auto early = outreach::conclude(row, Sighting::absent, noon + 3'000, 20'000);
    EXPECT_EQ(early.state, "unknown");
    EXPECT_LE(early.not_before_ms, noon + 20'001);
    EXPECT_EQ(outreach::conclude(row, Sighting::absent, noon + 20'001, 20'000).state, "waiting");
    EXPECT_EQ(outreach::conclude(row, Sighting::present, noon, 20'000).state, "sent");
    const auto later = outreach::conclude(row, Sighting::cannot_tell, noon + 100'000, 20'000);
    EXPECT_EQ(later.state, "unknown");
    EXPECT_EQ(later.not_before_ms, noon + 150'000);
}

TEST(Verdict, WhatThePlatformLeavesOpenCountsOnlyWhileTheAccountIsWell)
{
    storage::Claimed row;
    row.strikes = 7;
    const auto unclear = outcome_of(SendAction::backoff, Scope::unclear);
    EXPECT_EQ(outreach::settle_as(row, unclear, true, noon, noon).state, "failed");
    EXPECT_EQ(outreach::settle_as(row, unclear, false, noon + 9'000, noon).state, "waiting");
    EXPECT_EQ(outreach::settle_as(row, unclear, false, noon + 9'000, noon).not_before_ms, noon + 9'000);
    const auto limited = outcome_of(SendAction::backoff, Scope::account, 60'000);
    EXPECT_EQ(outreach::settle_as(row, limited, true, noon, noon).state, "waiting");
    EXPECT_GE(outreach::settle_as(row, limited, true, noon, noon).not_before_ms, noon + 60'000);
    EXPECT_EQ(outreach::settle_as(row, outcome_of(SendAction::operator_), true, noon, noon).state, "waiting");
}

} // namespace
