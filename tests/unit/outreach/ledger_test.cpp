#include "bot/net/tokens.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/import.hpp"
#include "bot/outreach/postman.hpp"
#include "bot/storage/groups_store.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <map>

namespace {

using namespace bot;

constexpr std::int64_t noon = 1'784'347'200'000; // 2026-07-18 12:00 in Shanghai
constexpr int groups = 40;

/// A platform that answers as its script says, then always accepts.
class ScriptedDoor final : public Door {
public:
    const std::string& account() const override { return account_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override { return {}; }
    asio::awaitable<SendOutcome> send(Outgoing message) override
    {
        SendOutcome outcome;
        outcome.action = SendAction::ok;
        if (!script.empty()) {
            outcome.action = script.front();
            script.pop_front();
        }
        if (outcome.action == SendAction::ok || outcome.action == SendAction::unknown_result)
            ++arrived[message.chat.id];
        co_return outcome;
    }
    asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t) override
    {
        co_return arrived.contains(message.chat.id) ? Sighting::present : Sighting::absent;
    }

    std::deque<SendAction> script;
    std::map<std::string, int> arrived;

private:
    std::string account_ = "a";
    Capabilities capabilities_ = [] {
        Capabilities can;
        can.can_look_up_sent = true;
        return can;
    }();
};

struct Town {
    Town()
        : database("sqlite:" + (dir.path() / "a.db").string()), ids(clock),
          announcer(database, clock, ids, 0, [] {})
    {
        database.write_now([this](soci::session& sql) {
            storage::upsert_org(sql, {"6211", "市", "root", "city", 0, 0, ""});
            for (int i = 0; i < groups; ++i)
                storage::upsert_group(sql,
                                      {ids.next(), "a", "g" + std::to_string(i), "", "6211", {}, {}, {}});
            return true;
        });
    }

    std::int64_t announce()
    {
        storage::Announcement draft;
        draft.title = "通知";
        draft.body = "内容";
        draft.category = "notices";
        draft.audience = "root";
        draft.created_by = "me";
        const auto drafted = announcer.create_now(draft);
        EXPECT_FALSE(drafted.refusal);
        EXPECT_FALSE(announcer.submit_now(drafted.id));
        return drafted.id;
    }

    storage::Counts counts(std::int64_t id)
    {
        return database.read_now([id](soci::session& sql) { return storage::count_deliveries(sql, id); });
    }

    std::int64_t begin_epoch()
    {
        return database.write_now(
            [this](soci::session& sql) { return storage::begin_epoch(sql, clock.now_ms()); });
    }

    /// Runs a postman until `enough` says so; counts add up whenever they are looked at.
    template <class F> void deliver(Door& door, std::int64_t id, F enough)
    {
        asio::io_context context(1);
        outreach::PostmanSettings settings;
        settings.look_up_after_ms = 0;
        outreach::Postman postman(context.get_executor(), database, door, clock, begin_epoch(), settings,
                                  [](const storage::Claimed& row) { return row.body; });
        asio::co_spawn(context, postman.run(), [](std::exception_ptr) {});
        const auto give_up = std::chrono::steady_clock::now() + testing_support::patience;
        bool done = false;
        while (!done && std::chrono::steady_clock::now() < give_up) {
            context.run_one_for(std::chrono::milliseconds(20));
            clock.advance_ms(200);
            const auto now = counts(id);
            EXPECT_EQ(now.total,
                      now.waiting + now.sending + now.sent + now.unknown + now.failed + now.skipped);
            done = enough(now);
        }
        EXPECT_TRUE(done);
        postman.stop();
        context.run_for(std::chrono::seconds(5));
    }

    testing_support::TempDir dir;
    ManualClock clock{noon};
    storage::Database database;
    IdSource ids;
    outreach::Announcer announcer;
};

TEST(Ledger, EveryGroupGetsItOnce)
{
    Town town;
    ScriptedDoor door;
    const auto id = town.announce();
    town.deliver(door, id, [](const auto& now) { return now.sent == groups; });
    EXPECT_EQ(door.arrived.size(), static_cast<std::size_t>(groups));
    for (const auto& [group, times] : door.arrived)
        EXPECT_EQ(times, 1) << group;
}

TEST(Ledger, AnUnknownResultIsLookedUpAndNeverBlindlyResent)
{
    Town town;
    ScriptedDoor door;
    door.script = {SendAction::unknown_result, SendAction::unknown_result, SendAction::retry,
                   SendAction::drop};
    const auto id = town.announce();
    town.deliver(door, id, [](const auto& now) { return now.sent == groups - 1 && now.failed == 1; });
    for (const auto& [group, times] : door.arrived)
        EXPECT_EQ(times, 1) << group;
}

TEST(Ledger, ARowInFlightAtACrashBecomesUnknownAndAStaleWorkerWritesNothing)
{
    Town town;
    const auto id = town.announce();
    const auto epoch = town.begin_epoch();
    storage::ClaimLimits limits;
    limits.rows = 3;
    const auto rows = town.database.write_now(
        [&](soci::session& sql) { return storage::claim(sql, "a", epoch, noon, limits); });
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(town.counts(id).sending, 3);
    town.begin_epoch();
    EXPECT_EQ(town.counts(id).unknown, 3);
    storage::Settlement late;
    late.announcement_id = id;
    late.group_id = rows[0].group_id;
    late.state = "sent";
    EXPECT_EQ(town.database.write_now(
                  [&](soci::session& sql) { return storage::settle(sql, epoch, noon, {late}); }),
              0);
    EXPECT_EQ(town.counts(id).unknown, 3);
}

TEST(Ledger, OnlyOpenGroupsAreClaimedWhereADoorMustWait)
{
    Town town;
    const auto id = town.announce();
    const auto epoch = town.begin_epoch();
    const auto rows = town.database.read_now(
        [&](soci::session& sql) { return storage::list_deliveries(sql, id, "waiting", 0, 2); });
    storage::ClaimLimits limits;
    limits.rows = groups;
    limits.only_in = "|" + rows.at(1).external_id + "|";
    const auto claimed = town.database.write_now(
        [&](soci::session& sql) { return storage::claim(sql, "a", epoch, noon, limits); });
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].external_id, rows[1].external_id);
    EXPECT_EQ(town.counts(id).waiting, groups - 1);
}

TEST(Ledger, APausedNoticeIsNotClaimedAndACancelledOneIsSkipped)
{
    Town town;
    const auto id = town.announce();
    asio::io_context context(1);
    EXPECT_FALSE(testing_support::run_coro(context, town.announcer.pause(id)));
    storage::ClaimLimits limits;
    limits.rows = 5;
    EXPECT_TRUE(
        town.database.write_now([&](soci::session& sql) { return storage::claim(sql, "a", 1, noon, limits); })
            .empty());
    EXPECT_FALSE(testing_support::run_coro(context, town.announcer.cancel(id)));
    EXPECT_EQ(town.counts(id).skipped, groups);
    const auto refusal = testing_support::run_coro(context, town.announcer.resume(id));
    ASSERT_TRUE(refusal.has_value());
    EXPECT_TRUE(refusal->conflict);
}

TEST(Ledger, TheDailyCapHoldsBackTheFourth)
{
    Town town;
    ScriptedDoor door;
    storage::ClaimLimits limits;
    limits.rows = 1000;
    limits.per_group_per_day = 3;
    for (int i = 0; i < 4; ++i)
        town.announce();
    const auto epoch = town.begin_epoch();
    std::size_t claimed = 0;
    for (int i = 0; i < 160; ++i) {
        limits.rows = 1;
        claimed +=
            town.database
                .write_now([&](soci::session& sql) { return storage::claim(sql, "a", epoch, noon, limits); })
                .size();
    }
    EXPECT_EQ(claimed, 3U * groups);
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
