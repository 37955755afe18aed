#include "bot/outreach/look_ups.hpp"
#include "bot/outreach/verdict.hpp"
#include "tests/unit/outreach/town.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;
using namespace outreach_test;

storage::ClaimLimits with_handle(const std::string& handle)
{
    storage::ClaimLimits limits;
    limits.rows = 1;
    limits.prepare = [handle](storage::Claimed& row) { row.handle = handle; };
    return limits;
}

/// Whoever looks the row up after a crash hands in the very key under which it may have gone.
TEST(Handles, AreWrittenWithTheIntentAndOutliveACrash)
{
    Town town;
    town.announce();
    ASSERT_EQ(town.claim(town.begin_epoch(), with_handle("2 1 m")).rows.size(), 1U);
    town.begin_epoch();
    const auto unknown = town.database.read_now([&](soci::session& sql) {
        return storage::unknown_rows(sql, "a", town.clock.now_ms(), town.clock.now_ms(), 10);
    });
    ASSERT_EQ(unknown.size(), 1U);
    EXPECT_EQ(unknown[0].handle, "2 1 m");
}

TEST(Handles, AGroupThatRefusesNoticesGetsNoMoreOfThem)
{
    Town town;
    town.announce();
    const auto epoch = town.begin_epoch();
    const auto row = town.claim(epoch, with_handle("")).rows.at(0);
    const auto settled =
        outreach::settle_as(row, outcome_of(SendAction::disable_push), true, 0, town.clock.now_ms());
    EXPECT_EQ(settled.state, "failed");
    town.database.write_now(
        [&](soci::session& sql) { return storage::settle(sql, epoch, town.clock.now_ms(), {settled}); });
    const auto group =
        town.database.read_now([&](soci::session& sql) { return storage::find_group(sql, row.group_id); });
    ASSERT_TRUE(group);
    EXPECT_EQ(group->state, "no_consent");
}

TEST(Handles, AReviewIsWaitedForAndItsNoIsFinal)
{
    storage::Claimed row;
    row.intent_ms = noon;
    EXPECT_EQ(outreach::settle_as(row, outcome_of(SendAction::review), true, 0, noon).state, "unknown");
    EXPECT_EQ(outreach::conclude(row, Sighting::refused, noon + 3'000, 20'000).state, "failed");
    EXPECT_EQ(outreach::conclude(row, Sighting::present, noon + 3'000, 20'000).state, "sent");
}

} // namespace
