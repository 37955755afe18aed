#include "bot/console/api.hpp"
#include "bot/console/tokens.hpp"
#include "bot/core/ids.hpp"
#include "bot/core/time.hpp"
#include "bot/storage/claims_store.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace {

using namespace bot;
using nlohmann::json;

constexpr std::int64_t noon = 1'784'347'200'000; // 2026-07-18 12:00 in Shanghai
constexpr std::int64_t hour = 3'600'000;

class IdleDoor final : public Door {
public:
    IdleDoor(std::string account, std::string label) : account_(std::move(account))
    {
        can.label = std::move(label);
    }
    const std::string& account() const override { return account_; }
    const Capabilities& capabilities() const override { return can; }
    AccountHealth health() const override
    {
        AccountHealth health;
        health.connected = health.can_send = is_up;
        return health;
    }
    asio::awaitable<SendOutcome> send(Outgoing) override { co_return SendOutcome(); }

    Capabilities can;
    bool is_up = true;

private:
    std::string account_;
};

struct Answer {
    unsigned status = 0;
    json body;
};

/// A city with two counties of three groups each, on two accounts, and the API above them.
struct Desk {
    explicit Desk(int approval_from_groups = 2)
    {
        rules.approval_from_groups = approval_from_groups;
        rules.per_group_per_day = 3;
        rules.quiet = *outreach::QuietHours::parse("22:00-07:00");
        announcer = std::make_unique<outreach::Announcer>(database, clock, ids, rules, [] {});
        console::QuestionsApi questions(database, answerer, clock, slow, {});
        api = std::make_unique<console::Api>(
            console::House{database, *announcer, words, clock, rules, [this] { return lanes(); },
                           [this](const storage::Group& group) { changed.push_back(group.external_id); }},
            std::move(questions));
        fill();
    }

    std::vector<console::Lane> lanes() const
    {
        return {{&qq, outreach::Rate{1, 60'000}}, {&idle, std::nullopt}};
    }

    void fill()
    {
        database.write_now([this](soci::session& sql) {
            storage::upsert_org(sql, {"6211", "市", "root", "city", 0, 0, ""});
            for (const char* county : {"621102", "621121"}) {
                storage::upsert_org(sql, {county, "县", "6211", "county", 0, 0, ""});
                for (int i = 0; i < 3; ++i) {
                    storage::Group group;
                    group.id = ids.next();
                    group.account = "qq";
                    group.external_id = std::string(county) + "-" + std::to_string(i);
                    group.org = county;
                    storage::upsert_group(sql, group);
                }
            }
            return true;
        });
        add_person("writer", "organizer", "root");
        add_person("reviewer", "reviewer", "root");
        add_person("county", "organizer", "621102");
        add_person("other", "organizer", "621121");
        add_person("chief", "admin", "root");
        add_person("editor", "editor", "root");
        add_person("auditor", "auditor", "root");
    }

    void add_person(const std::string& name, const std::string& role, const std::string& org)
    {
        const std::string token = console::new_token();
        tokens[name] = token;
        database.write_now([&](soci::session& sql) {
            return storage::insert_token(sql, console::token_hash(token), {name, role, org}, clock.now_ms());
        });
    }

    Answer call(const std::string& who, const std::string& method, std::string path,
                const json& body = json(), const std::string& key = "")
    {
        net::HttpRequest request;
        request.method = method;
        const std::size_t mark = std::min(path.find('?'), path.size());
        request.query = path.substr(std::min(mark + 1, path.size()));
        path.resize(mark);
        if (!who.empty())
            request.headers.emplace_back("Authorization", "Bearer " + tokens.at(who));
        if (!key.empty())
            request.headers.emplace_back("Idempotency-Key", key);
        request.body = body.is_null() ? "" : body.dump();
        const auto response = testing_support::run_coro(context, api->serve(path, std::move(request)));
        return {response.status, json::parse(response.body, nullptr, false)};
    }

    std::string draft(const std::string& who, const std::string& audience = "root",
                      const std::string& priority = "notice")
    {
        const Answer made = call(
            who, "POST", "announcements",
            {{"title", "送清凉"}, {"body", "明天上午领水"}, {"audience", audience}, {"priority", priority}});
        EXPECT_EQ(made.status, 201U) << made.body;
        return made.body.value("id", "");
    }

    Answer act(const std::string& who, const std::string& id, const std::string& action)
    {
        return call(who, "POST", "announcements/" + id + "/" + action);
    }

    json rows(const std::string& id, const std::string& state = "")
    {
        return call("writer", "GET", "announcements/" + id + "/deliveries?state=" + state).body["items"];
    }

    std::size_t claimable(std::int64_t now_ms, bool is_night)
    {
        storage::ClaimLimits limits;
        limits.rows = 100;
        limits.is_night = is_night;
        const auto claim = database.write_now(
            [&](soci::session& sql) { return storage::claim(sql, "qq", 1, now_ms, limits); });
        return claim.rows.size();
    }

    testing_support::TempDir dir;
    asio::io_context context{1}; ///< outlives the store, whose threads answer to it
    ManualClock clock{noon};
    storage::Database database{"sqlite:" + (dir.path() / "a.db").string()};
    IdSource ids{clock};
    wording::Renderer words{LASTMETER_SOURCE_DIR "/templates/zh"};
    knowledge::Answerer answerer{clock, words, LASTMETER_MODEL};
    asio::thread_pool slow{1};
    outreach::Rules rules;
    IdleDoor qq{"qq", "QQ 群"}, idle{"idle", "没有群的账号"};
    std::unique_ptr<outreach::Announcer> announcer;
    std::unique_ptr<console::Api> api;
    std::map<std::string, std::string> tokens;
    std::vector<std::string> changed;
};

TEST(Api, TheGateKnowsTokensRolesAndMethods)
{
    Desk desk;
    EXPECT_EQ(desk.call("", "GET", "announcements").status, 401U);
    EXPECT_EQ(desk.call("writer", "GET", "nothing").status, 404U);
    EXPECT_EQ(desk.call("writer", "PUT", "announcements").status, 405U);
    EXPECT_EQ(desk.call("auditor", "GET", "announcements").status, 200U);
    EXPECT_EQ(desk.call("auditor", "POST", "announcements", json::object()).status, 404U);
    EXPECT_EQ(desk.call("auditor", "POST", "knowledge/try", json::object()).status, 404U);
    EXPECT_EQ(desk.call("editor", "POST", "announcements", json::object()).status, 404U);
    EXPECT_EQ(desk.call("editor", "POST", "knowledge/try", json::object()).status, 422U);
    EXPECT_EQ(desk.call("editor", "GET", "questions").status, 200U);
    EXPECT_EQ(desk.call("", "GET", "openapi.json").status, 200U);
}

TEST(Api, EveryRouteIsDescribedAndEveryNamedSchemaExists)
{
    Desk desk;
    const json described = desk.call("", "GET", "openapi.json").body;
    std::size_t operations = 0;
    for (const auto& [path, methods] : described["paths"].items())
        operations += methods.size();
    EXPECT_EQ(operations, desk.api->router().routes().size());
    for (const auto& route : desk.api->router().routes())
        for (const std::string& name : {route.takes, route.gives})
            if (!name.empty()) {
                EXPECT_TRUE(described["components"]["schemas"].contains(name)) << name;
            }
}

TEST(Api, WhatIsWrongIsNamedByItsField)
{
    Desk desk;
    const std::pair<json, std::string> vectors[] = {
        {{{"title", ""}, {"body", "b"}, {"audience", "root"}}, "title"},
        {{{"title", "t"}, {"body", "b"}, {"audience", "org:"}}, "audience"},
        {{{"title", "t"}, {"body", "b"}, {"audience", "root"}, {"send_at", "soon"}}, "send_at"},
        {{{"title", "t"}, {"body", "b"}, {"audience", "root"}, {"priority", "now"}}, "priority"},
        {{{"title", "t"},
          {"body", "b"},
          {"audience", "root"},
          {"send_at", "2026-07-19T09:00"},
          {"expires_at", "2026-07-19T08:00"}},
         "expires_at"},
    };
    for (const auto& [body, field] : vectors) {
        const Answer refused = desk.call("writer", "POST", "announcements", body);
        EXPECT_EQ(refused.status, 422U) << field;
        EXPECT_EQ(refused.body["errors"][0]["field"], field);
        EXPECT_NE(refused.body["errors"][0]["message"], "");
    }
    EXPECT_EQ(desk.call("writer", "POST", "announcements").status, 400U);
}

TEST(Api, AKeyMakesOneAnnouncementAndRefusesAnother)
{
    Desk desk;
    const json body{{"title", "t"}, {"body", "b"}, {"audience", "root"}};
    const Answer first = desk.call("writer", "POST", "announcements", body, "k1");
    const Answer again = desk.call("writer", "POST", "announcements", body, "k1");
    EXPECT_EQ(first.status, 201U);
    EXPECT_EQ(again.status, 200U);
    EXPECT_EQ(first.body["id"], again.body["id"]);
    json other = body;
    other["body"] = "c";
    EXPECT_EQ(desk.call("writer", "POST", "announcements", other, "k1").status, 409U);
    EXPECT_EQ(desk.call("chief", "POST", "announcements", other, "k1").status, 201U);
}

TEST(Api, AChangedTextLosesItsApprovalAndItsEditorMayNotApproveIt)
{
    Desk desk;
    const auto id = desk.draft("writer");
    EXPECT_EQ(desk.act("writer", id, "submit").body["state"], "review");
    EXPECT_EQ(desk.act("writer", id, "approve").status, 404U);
    const Answer edited = desk.call("chief", "PATCH", "announcements/" + id, {{"body", "后天上午领水"}});
    EXPECT_EQ(edited.body["state"], "draft");
    EXPECT_EQ(edited.body["body"], "后天上午领水");
    EXPECT_EQ(edited.body["title"], "送清凉");
    EXPECT_EQ(desk.act("writer", id, "submit").body["state"], "review");
    EXPECT_EQ(desk.act("chief", id, "approve").status, 409U);
    const Answer approved = desk.act("reviewer", id, "approve");
    EXPECT_EQ(approved.body["state"], "sending");
    EXPECT_EQ(approved.body["approved_by"], "reviewer");
    EXPECT_EQ(desk.call("writer", "PATCH", "announcements/" + id, {{"body", "x"}}).status, 409U);
    EXPECT_EQ(desk.call("writer", "DELETE", "announcements/" + id).status, 409U);
}

TEST(Api, ADraftCanBeRemoved)
{
    Desk desk;
    const auto id = desk.draft("writer");
    EXPECT_EQ(desk.call("writer", "DELETE", "announcements/" + id).status, 204U);
    EXPECT_EQ(desk.call("writer", "GET", "announcements/" + id).status, 404U);
}

TEST(Api, ListsGoOnByCursorAndFilterByState)
{
    Desk desk;
    std::set<std::string> made;
    for (int i = 0; i < 5; ++i)
        made.insert(desk.draft("writer"));
    desk.act("writer", *made.begin(), "submit");
    std::set<std::string> seen;
    std::string cursor;
    do {
        const json page = desk.call("writer", "GET", "announcements?limit=2&cursor=" + cursor).body;
        EXPECT_LE(page["items"].size(), 2U);
        for (const json& one : page["items"])
            EXPECT_TRUE(seen.insert(one["id"]).second);
        cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
    } while (!cursor.empty());
    EXPECT_EQ(seen, made);
    EXPECT_EQ(desk.call("writer", "GET", "announcements?state=review").body["items"].size(), 1U);
}

TEST(Api, RightsEndAtTheUnit)
{
    Desk desk(0);
    const auto all = desk.draft("writer");
    const auto own = desk.draft("county");
    EXPECT_EQ(desk.call("county", "GET", "announcements").body["items"].size(), 1U);
    EXPECT_EQ(desk.call("other", "GET", "announcements").body["items"].size(), 0U);
    EXPECT_EQ(desk.call("writer", "GET", "announcements").body["items"].size(), 2U);
    for (const auto& route : desk.api->router().routes()) {
        const std::size_t at = route.path.find("announcements/{id}");
        if (at == std::string::npos)
            continue;
        std::string path = route.path;
        path.replace(path.find("{id}"), 4, own);
        EXPECT_EQ(desk.call("other", route.method, path, json::object()).status, 404U) << route.path;
        path = route.path;
        path.replace(path.find("{id}"), 4, all);
        EXPECT_EQ(desk.call("county", route.method, path, json::object()).status, 404U) << route.path;
    }
    EXPECT_EQ(desk.act("county", own, "preview").body["total"], 3);
    EXPECT_EQ(desk.act("county", own, "submit").body["counts"]["total"], 3);
    EXPECT_EQ(desk.call("county", "GET", "groups").body["items"].size(), 3U);
    EXPECT_EQ(desk.call("writer", "GET", "groups?org=621121").body["items"].size(), 3U);
    EXPECT_EQ(desk.call("county", "GET", "groups?org=621121").body["items"].size(), 0U);
    EXPECT_EQ(desk.call("county", "GET", "orgs").body["items"].size(), 1U);
    EXPECT_EQ(desk.call("county", "GET", "orgs/6211").status, 404U);
    EXPECT_EQ(desk.call("county", "GET", "orgs/621102").status, 200U);
    EXPECT_EQ(desk.call("county", "POST", "bind-codes", {{"org", "621121"}}).status, 422U);
    EXPECT_EQ(desk.call("county", "POST", "bind-codes").body["org"], "621102");
    const json foreign = desk.call("writer", "GET", "groups?org=621121").body["items"][0];
    EXPECT_EQ(desk.call("county", "GET", "groups/" + foreign["id"].get<std::string>()).status, 404U);
}

TEST(Api, AGroupIsChangedWithinTheUnit)
{
    Desk desk;
    const json group = desk.call("county", "GET", "groups?limit=1").body["items"][0];
    const std::string path = "groups/" + group["id"].get<std::string>();
    const json change{{"name", "骑手一群"},
                      {"industries", {"courier"}},
                      {"tags", {"北城"}},
                      {"subscriptions", {"activities", "jobs"}},
                      {"mode", "attentive"}};
    const Answer done = desk.call("county", "PATCH", path, change);
    EXPECT_EQ(done.status, 200U) << done.body;
    for (const auto& [key, value] : change.items())
        EXPECT_EQ(done.body[key], value) << key;
    EXPECT_EQ(desk.changed, std::vector<std::string>{group["external_id"]});
    const std::pair<json, std::string> wrong[] = {{{{"mode", "loud"}}, "mode"},
                                                  {{{"industries", {"sailor"}}}, "industries"},
                                                  {{{"subscriptions", "jobs"}}, "subscriptions"},
                                                  {{{"org", "621121"}}, "org"},
                                                  {{{"state", "left"}}, "state"}};
    for (const auto& [body, field] : wrong) {
        const Answer refused = desk.call("county", "PATCH", path, body);
        EXPECT_EQ(refused.status, 422U) << body;
        EXPECT_EQ(refused.body["errors"][0]["field"], field);
    }
}

TEST(Api, ThePreviewTellsWhomHowAndWhen)
{
    Desk desk;
    desk.database.write_now([](soci::session& sql) {
        storage::set_group_state(sql, "qq", "621102-0", "left");
        return true;
    });
    desk.qq.can.text_limit = 5;
    const json preview = desk.act("writer", desk.draft("writer", "org:621102"), "preview").body;
    EXPECT_EQ(preview["total"], 3);
    EXPECT_EQ(preview["reachable"], 2);
    EXPECT_EQ(preview["excluded"][0]["count"], 1);
    ASSERT_EQ(preview["renderings"].size(), 1U) << "only doors that are concerned";
    EXPECT_EQ(preview["renderings"][0]["platform"], "QQ 群");
    const auto parts = preview["renderings"][0]["parts"].get<std::int64_t>();
    EXPECT_GT(parts, 1);
    EXPECT_EQ(preview["earliest_finish"], format_time(noon + 2 * parts * 60'000));
    desk.clock.set_ms(noon + 11 * hour);
    const json late = desk.act("writer", desk.draft("writer", "org:621102"), "preview").body;
    EXPECT_EQ(late["earliest_finish"], format_time(noon + 19 * hour + 2 * parts * 60'000));
    desk.qq.can.push = PushMode::next_opening;
    const json someday = desk.act("writer", desk.draft("writer", "org:621102"), "preview").body;
    EXPECT_TRUE(someday["earliest_finish"].is_null());
}

TEST(Api, WhatWaitsSaysWhyAndUntilWhen)
{
    Desk desk(0);
    const auto id = desk.draft("writer", "org:621102");
    desk.act("writer", id, "submit");
    EXPECT_EQ(desk.rows(id)[0]["state"], "waiting");
    desk.clock.set_ms(noon + 11 * hour);
    EXPECT_EQ(desk.rows(id)[0]["reason"], "夜里不发");
    EXPECT_EQ(desk.rows(id)[0]["until"], format_time(noon + 19 * hour));
    EXPECT_EQ(desk.rows(id, "held").size(), 3U);
    EXPECT_EQ(desk.rows(id, "waiting").size(), 3U);
    EXPECT_EQ(desk.call("writer", "GET", "announcements/" + id).body["counts"]["waiting"], 3);
    desk.act("writer", id, "pause");
    EXPECT_EQ(desk.rows(id)[0]["reason"], "已暂停");
    desk.act("writer", id, "resume");
    desk.clock.set_ms(noon);
    desk.qq.is_up = false;
    EXPECT_EQ(desk.rows(id)[0]["reason"], "账号掉线");
    desk.qq.is_up = true;
    for (int i = 0; i < 3; ++i) {
        const auto earlier = desk.draft("writer", "group:621102-0");
        desk.act("writer", earlier, "submit");
    }
    desk.database.write_now([&](soci::session& sql) {
        storage::move_announcement(sql, std::stoll(id), "sending", "paused");
        return true;
    });
    EXPECT_EQ(desk.claimable(noon, false), 3U);
    desk.act("writer", id, "resume");
    EXPECT_EQ(desk.rows(id)[0]["reason"], "今天已满 3 条");
    EXPECT_EQ(desk.rows(id)[0]["until"], format_time(noon + 12 * hour));
    EXPECT_EQ(desk.rows(id)[1]["state"], "waiting");
}

TEST(Api, AnEmergencyPassesTheNightOnlyWithASecondPerson)
{
    Desk desk;
    const auto id = desk.draft("writer", "group:621102-0", "emergency");
    EXPECT_EQ(desk.act("writer", id, "submit").body["state"], "review") << "also for one group";
    EXPECT_EQ(desk.act("reviewer", id, "approve").body["state"], "sending");
    EXPECT_EQ(desk.claimable(noon + 11 * hour, true), 1U);
    Desk alone(0);
    const auto own = alone.draft("writer", "group:621102-0", "emergency");
    EXPECT_EQ(alone.act("writer", own, "submit").body["state"], "sending");
    EXPECT_EQ(alone.claimable(noon + 11 * hour, true), 0U);
    alone.clock.set_ms(noon + 11 * hour);
    EXPECT_EQ(alone.rows(own)[0]["reason"], "夜里不发");
    EXPECT_EQ(alone.claimable(noon + 20 * hour, false), 1U);
}

TEST(Api, WhatHasGrownBeyondOnePersonGoesToASecondOne)
{
    Desk desk;
    const json body{{"title", "t"},
                    {"body", "b"},
                    {"audience", "tag:北城 or group:621102-0"},
                    {"send_at", format_time(noon + hour)}};
    const std::string id = desk.call("writer", "POST", "announcements", body).body["id"];
    EXPECT_EQ(desk.act("writer", id, "submit").body["state"], "scheduled");
    const json everybody = desk.call("writer", "GET", "groups").body["items"];
    for (const json& group : everybody) {
        const std::string path = "groups/" + group["id"].get<std::string>();
        EXPECT_EQ(desk.call("writer", "PATCH", path, {{"tags", {"北城"}}}).body["tags"][0], "北城");
    }
    desk.clock.advance_ms(hour);
    EXPECT_EQ(testing_support::run_coro(desk.context, desk.announcer->tick()), 0);
    EXPECT_EQ(desk.call("writer", "GET", "announcements/" + id).body["state"], "review");
}

TEST(Api, ProgressIsStreamedToThoseWhoMaySeeIt)
{
    Desk desk(0);
    const auto id = desk.draft("county");
    const auto follow = [&](const std::string& who) {
        net::HttpRequest request;
        request.method = "GET";
        request.headers.emplace_back("Authorization", "Bearer " + desk.tokens.at(who));
        return testing_support::run_coro(desk.context, desk.api->serve("events", std::move(request)));
    };
    auto seen = follow("county");
    auto unseen = follow("other");
    EXPECT_EQ(seen.content_type, "text/event-stream");
    EXPECT_NE(testing_support::run_coro(desk.context, seen.stream()).find(id), std::string::npos);
    EXPECT_EQ(testing_support::run_coro(desk.context, unseen.stream()).find(id), std::string::npos);
    desk.act("county", id, "submit");
    const std::string next = testing_support::run_coro(desk.context, seen.stream());
    EXPECT_NE(next.find("event: announcement"), std::string::npos);
    EXPECT_NE(next.find("\"sending\""), std::string::npos);
}

TEST(Api, AnUnknownDeliveryTellsItsAgeAndIsSettledByAPerson)
{
    Desk desk(0);
    const auto id = desk.draft("writer", "group:621102-0");
    desk.act("writer", id, "submit");
    EXPECT_EQ(desk.claimable(noon, false), 1U);
    desk.database.write_now([](soci::session& sql) { return storage::begin_epoch(sql, noon); });
    desk.clock.advance_ms(90'000);
    const json row = desk.rows(id, "unknown").at(0);
    EXPECT_EQ(row["age_s"], 90);
    EXPECT_NE(row["reason"], "");
    EXPECT_EQ(desk.call("writer", "POST", "announcements/" + id + "/resolve",
                        {{"group", row["group"]}, {"to", "lost"}})
                  .status,
              422U);
    const Answer settled = desk.call("writer", "POST", "announcements/" + id + "/resolve",
                                     {{"group", row["group"]}, {"to", "sent"}});
    EXPECT_EQ(settled.body["counts"]["sent"], 1);
}

} // namespace
