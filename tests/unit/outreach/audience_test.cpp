#include "bot/outreach/audience.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/groups_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;

/// Four groups under two counties in a real SQLite file.
struct Town {
    Town() : database("sqlite:" + (dir.path() / "a.db").string())
    {
        database.write_now([](soci::session& sql) {
            storage::upsert_org(sql, {"6211", "市", "root", "city", 0, 0, ""});
            storage::upsert_org(sql, {"621102", "安定", "6211", "county", 0, 0, ""});
            storage::upsert_org(sql, {"621102001", "街道", "621102", "township", 0, 0, ""});
            storage::upsert_org(sql, {"621122", "陇西", "6211", "county", 0, 0, ""});
            storage::upsert_group(sql, {1, "a", "g1", "", "621102", {"courier"}, {"北城"}, {"activities"}});
            storage::upsert_group(sql, {2, "a", "g2", "", "621102001", {"care"}, {}, {"activities", "jobs"}});
            storage::upsert_group(sql, {3, "a", "g3", "", "621122", {"courier"}, {}, {"jobs"}});
            storage::upsert_group(sql, {4, "a", "g4", "", "6211", {}, {}, {}});
            return true;
        });
    }

    std::int64_t reach(const std::string& expression)
    {
        const auto audience = outreach::parse_audience(expression);
        EXPECT_TRUE(audience.condition) << expression << " " << audience.error.message;
        return database.read_now(
            [&](soci::session& sql) { return storage::count_reach(sql, *audience.condition).total; });
    }

    testing_support::TempDir dir;
    storage::Database database;
};

TEST(Audience, ReachesExactlyTheGroupsItNames)
{
    Town town;
    EXPECT_EQ(town.reach("root"), 4);
    EXPECT_EQ(town.reach("org:621102"), 2);
    EXPECT_EQ(town.reach("org:6211"), 4);
    EXPECT_EQ(town.reach("org:62110"), 0);
    EXPECT_EQ(town.reach("org:621102 and subscribed:activities"), 2);
    EXPECT_EQ(town.reach("org:621102 and industry:courier"), 1);
    EXPECT_EQ(town.reach("industry:courier or industry:care"), 3);
    EXPECT_EQ(town.reach("NOT industry:courier"), 2);
    EXPECT_EQ(town.reach("org:6211 and not (industry:courier or tag:北城)"), 2);
    EXPECT_EQ(town.reach("group:3"), 1);
    EXPECT_EQ(town.reach("tag:';DROP or root"), 4);
}

TEST(Audience, TakesWhateverTheDatabaseTakes)
{
    Town town;
    std::string chain = "group:3", nested = "root";
    while (chain.size() < 3980)
        chain += " or group:3";
    EXPECT_EQ(town.reach(chain), 1);
    for (int depth = 0; depth < 6; ++depth)
        nested.insert(0, "org:1 or root and (").append(")");
    EXPECT_EQ(town.reach(nested), 4);
    EXPECT_EQ(town.reach("org:1 or root and not (org:1 or root and not (org:1 or root and not (root)))"), 0);
    EXPECT_FALSE(outreach::parse_audience("(" + nested + ")").condition);
}

TEST(Audience, ErrorsSayWhereAndWhatWasExpected)
{
    const std::pair<const char*, std::size_t> wrongs[] = {
        {"", 0}, {"org:621102 and", 14}, {"(org:1", 6}, {"color:red", 0}, {"org:1 org:2", 6}, {"org:%", 0}};
    for (const auto& [expression, position] : wrongs) {
        const auto audience = outreach::parse_audience(expression);
        EXPECT_FALSE(audience.condition) << expression;
        EXPECT_EQ(audience.error.position, position) << expression << ": " << audience.error.message;
        EXPECT_FALSE(audience.error.message.empty());
    }
}

} // namespace
