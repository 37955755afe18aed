#include "bot/outreach/import.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/unit/outreach/town.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace {

using namespace bot;
using namespace outreach_test;

storage::ClaimLimits limit_rows(int rows)
{
    storage::ClaimLimits limits;
    limits.rows = rows;
    return limits;
}

storage::Settlement sent(const storage::Claimed& row)
{
    storage::Settlement outcome;
    outcome.announcement_id = row.announcement_id;
    outcome.group_id = row.group_id;
    outcome.attempt = row.attempt;
    outcome.state = "sent";
    outcome.action = "ok";
    return outcome;
}

int settle(Town& town, std::int64_t epoch, const storage::Settlement& outcome)
{
    return town.database.write_now(
        [&](soci::session& sql) { return storage::settle(sql, epoch, town.clock.now_ms(), {outcome}); });
}

TEST(Ledger, ARowInFlightAtACrashBecomesUnknownAndAStaleWorkerWritesNothing)
{
    Town town;
    const auto id = town.announce();
    const auto epoch = town.begin_epoch();
    const auto rows = town.claim(epoch, limit_rows(3)).rows;
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(town.counts(id).sending, 3);
    town.begin_epoch();
    EXPECT_EQ(town.counts(id).unknown, 3);
    EXPECT_EQ(settle(town, epoch, sent(rows[0])), 0);
    EXPECT_EQ(town.counts(id).unknown, 3);
    EXPECT_FALSE(town.database.read_now([&](soci::session& sql) { return storage::is_current(sql, epoch); }));
}

TEST(Ledger, AnOutcomeIsWrittenOnceAndOnlyForItsAttempt)
{
    Town town;
    const auto id = town.announce();
    const auto epoch = town.begin_epoch();
    const auto row = town.claim(epoch, limit_rows(1)).rows.at(0);
    storage::Settlement other = sent(row);
    ++other.attempt;
    EXPECT_EQ(settle(town, epoch, other), 0);
    EXPECT_EQ(settle(town, epoch, sent(row)), 1);
    EXPECT_EQ(settle(town, epoch, sent(row)), 0);
    EXPECT_EQ(town.counts(id).sent, 1);
}

TEST(Ledger, WhatNeverLeftWaitsAgainAsIfItHadNotBeenClaimed)
{
    Town town;
    const auto id = town.announce();
    const auto epoch = town.begin_epoch();
    const auto rows = town.claim(epoch, limit_rows(3)).rows;
    EXPECT_EQ(town.database.write_now([&](soci::session& sql) {
        return storage::take_back_unsent(sql, "a", epoch, {rows.at(1).key()});
    }),
              2);
    EXPECT_EQ(town.counts(id).sending, 1);
    EXPECT_EQ(town.rows(id, "waiting").at(0).attempts, 0);
    EXPECT_TRUE(town.database.read_now([&](soci::session& sql) { return storage::recent_sends(sql, "a", 0); })
                    .empty());
}

TEST(Ledger, TheSendsOfTheLastPeriodAreKnownAfterARestart)
{
    Town town;
    town.announce();
    auto limits = limit_rows(2);
    limits.prepare = [](storage::Claimed& row) { row.messages = 3; };
    const auto epoch = town.begin_epoch();
    const auto rows = town.claim(epoch, limits).rows;
    town.clock.advance_ms(1'000);
    settle(town, epoch, sent(rows.at(0)));
    town.clock.advance_ms(1'000);
    town.begin_epoch();
    const auto sends = town.database.read_now(
        [&](soci::session& sql) { return storage::recent_sends(sql, "a", noon + 500); });
    const std::vector<std::pair<std::int64_t, int>> expected{{noon + 1'000, 3}, {noon + 2'000, 3}};
    EXPECT_EQ(sends, expected);
}

TEST(Ledger, ATextOfSeveralMessagesIsClaimedOnlyWhereAllOfThemMayGo)
{
    Town town;
    town.announce();
    auto limits = limit_rows(10);
    limits.messages = 7;
    limits.prepare = [](storage::Claimed& row) { row.messages = 3; };
    const auto claim = town.claim(town.begin_epoch(), limits);
    EXPECT_EQ(claim.rows.size(), 2U);
    EXPECT_EQ(claim.short_of, 3);
}

TEST(Ledger, OnlyOpenGroupsAreClaimedWhereADoorMustWait)
{
    Town town;
    const auto id = town.announce();
    const std::string open = town.rows(id).at(1).external_id;
    auto limits = limit_rows(groups);
    limits.only_in = "|" + open + "|";
    const auto claimed = town.claim(town.begin_epoch(), limits).rows;
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].external_id, open);
    EXPECT_EQ(town.counts(id).waiting, groups - 1);
}

TEST(Ledger, TheUrgentGoesFirst)
{
    Town town;
    town.announce();
    const auto reminder = town.announce("root", "reminder");
    EXPECT_EQ(town.claim(town.begin_epoch(), limit_rows(1)).rows.at(0).announcement_id, reminder);
}

TEST(Ledger, APausedNoticeIsNotClaimedAndACancelledOneIsSkipped)
{
    asio::io_context context(1);
    Town town;
    const auto id = town.announce();
    EXPECT_FALSE(testing_support::run_coro(context, town.announcer.pause(id)));
    EXPECT_TRUE(town.claim(town.begin_epoch(), limit_rows(5)).rows.empty());
    EXPECT_FALSE(testing_support::run_coro(context, town.announcer.cancel(id)));
    EXPECT_EQ(town.counts(id).skipped, groups);
    const auto refusal = testing_support::run_coro(context, town.announcer.resume(id));
    ASSERT_TRUE(refusal.has_value());
    EXPECT_TRUE(refusal->conflict);
}

TEST(Ledger, TheDailyCapHoldsTheFourthUntilTomorrow)
{
    Town town;
    auto limits = limit_rows(7);
    limits.cap = {3, outreach::day_start_ms(noon), outreach::day_start_ms(noon) + 86'400'000};
    for (int i = 0; i < 4; ++i)
        town.announce();
    const auto epoch = town.begin_epoch();
    const auto claim_all = [&] {
        std::size_t claimed = 0;
        for (std::size_t more = 1; more > 0; claimed += more)
            more = town.claim(epoch, limits).rows.size();
        return claimed;
    };
    EXPECT_EQ(claim_all(), 3U * groups);
    town.clock.set_ms(limits.cap.day_end_ms);
    limits.cap = {3, limits.cap.day_end_ms, limits.cap.day_end_ms + 86'400'000};
    EXPECT_EQ(claim_all(), static_cast<std::size_t>(groups));
}

TEST(Ledger, ALookThatIsOvertakenWritesNothing)
{
    Town town;
    const auto id = town.announce();
    const auto first = town.begin_epoch();
    town.claim(first, limit_rows(1));
    const auto second = town.begin_epoch();
    storage::Sighted sighted;
    sighted.row =
        town.database
            .read_now([&](soci::session& sql) { return storage::unknown_rows(sql, "a", noon, noon, 5); })
            .at(0);
    sighted.state = "waiting";
    const auto write = [&] {
        return town.database.write_now(
            [&](soci::session& sql) { return storage::settle_sighted(sql, noon, {sighted}); });
    };
    EXPECT_EQ(write(), 1);
    auto again = town.claim(second, limit_rows(1)).rows;
    town.begin_epoch();
    EXPECT_EQ(town.counts(id).unknown, 1);
    EXPECT_EQ(write(), 0);
}

TEST(Import, IsAllOrNothingAndIdempotent)
{
    Town town;
    const auto file = town.dir.path() / "groups.csv";
    std::ofstream(file) << "\xEF\xBB\xBF"
                           "account,external_id,name,org,industries,tags,subscriptions,mode\na,x1,\"群,一\","
                           "6211,courier;care,,activities,attentive\na,x2,二,9999,,,,\n";
    auto report = outreach::import_file(town.database, town.ids, "groups", file);
    ASSERT_EQ(report.problems.size(), 1U);
    EXPECT_EQ(report.problems[0], file.string() + ":3: org: there is no unit 9999");
    EXPECT_EQ(report.added, 0);
    std::ofstream(file) << "account,external_id,name,org,industries,tags,subscriptions,mode\na,x1,\"群,一\","
                           "6211,courier;care,,activities,attentive\n";
    EXPECT_EQ(outreach::import_file(town.database, town.ids, "groups", file).added, 1);
    report = outreach::import_file(town.database, town.ids, "groups", file);
    EXPECT_EQ(report.unchanged, 1);
    EXPECT_NE(outreach::export_csv(town.database, "groups")
                  .find("a,x1,\"群,一\",6211,care;courier,,activities,attentive"),
              std::string::npos);
}

} // namespace
