#include "bot/console/questions_api.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using nlohmann::json;
namespace asio = boost::asio;

constexpr std::int64_t november_2026 = 1'795'500'000'000;

struct House {
    testing_support::TempDir dir;
    ManualClock clock{november_2026};
    wording::Renderer words{LASTMETER_SOURCE_DIR "/templates/zh"};
    knowledge::Answerer answerer{clock, words, LASTMETER_MODEL};
    asio::io_context context;
    asio::thread_pool slow{1};
    storage::Database database{"sqlite:" + (dir.path() / "s.db").string()};
    std::vector<Outgoing> sent;
    console::QuestionsApi api{database, answerer, clock, slow, [this](std::string account, Outgoing message) {
                                  return send(account, message);
                              }};

    House() { answerer.reload(LASTMETER_SOURCE_DIR "/templates/knowledge"); }

    asio::awaitable<SendOutcome> send(std::string account, Outgoing message)
    {
        SendOutcome outcome;
        outcome.action = account == "a" ? SendAction::ok : SendAction::drop;
        sent.push_back(std::move(message));
        co_return outcome;
    }

    void asked(std::int64_t id, const std::string& chat, const std::string& text, std::int64_t days_ago = 0)
    {
        storage::AskedQuestion row{id,   "a",       chat, "group", "m" + std::to_string(id),
                                   text, "handoff", "",   "open",  november_2026 - days_ago * 86'400'000};
        database.write_now([&row](soci::session& sql) { return storage::insert_questions(sql, {row}); });
    }

    json list() { return json::parse(testing_support::run_coro(context, api.list()).body)["items"]; }

    net::HttpResponse
    post(asio::awaitable<net::HttpResponse> (console::QuestionsApi::*action)(net::HttpRequest),
         const json& body)
    {
        net::HttpRequest request;
        request.body = body.dump();
        return testing_support::run_coro(context, (api.*action)(std::move(request)));
    }
};

TEST(QuestionsApi, GroupsWhatAsksAlikeMostAskedFirst)
{
    House house;
    house.asked(1, "g1", "食堂的菜太咸了能不能管管");
    house.asked(2, "g1", "站点充电柜坏了找谁修");
    house.asked(3, "g2", "充电柜坏了找谁修啊");
    house.asked(4, "g3", "我们站点的充电柜坏了找谁修");
    const json items = house.list();
    ASSERT_EQ(items.size(), 2U) << items.dump(1);
    EXPECT_EQ(items[0]["count"], 3);
    EXPECT_EQ(items[0]["groups"], 3);
    EXPECT_EQ(items[1]["count"], 1);
    EXPECT_EQ(items[0]["topics"].size(), 3U);
}

TEST(QuestionsApi, AttachingSettlesOnceAndSendsBackOncePerChat)
{
    House house;
    house.asked(1, "g1", "驿站几点开门");
    house.asked(2, "g1", "驿站几点开门啊");
    house.asked(3, "g2", "驿站几点开", 5);
    const json body{{"topic", "rest-station"}, {"questions", {"1", "2", "3"}}, {"send_back", true}};
    const json first = json::parse(house.post(&console::QuestionsApi::attach, body).body);
    EXPECT_EQ(first["settled"], 3);
    EXPECT_EQ(first["sent_back"], 1) << "g1 once; g2 asked too long ago";
    ASSERT_EQ(house.sent.size(), 1U);
    EXPECT_EQ(house.sent[0].chat.id, "g1");
    const json second = json::parse(house.post(&console::QuestionsApi::attach, body).body);
    EXPECT_EQ(second["settled"], 0);
    EXPECT_EQ(house.sent.size(), 1U);
    EXPECT_TRUE(house.list().empty());
}

TEST(QuestionsApi, RefusesWhatItCannotUse)
{
    House house;
    house.asked(1, "g1", "驿站几点开门");
    EXPECT_EQ(house.post(&console::QuestionsApi::attach, {{"topic", "no-such"}, {"questions", {"1"}}}).status,
              422U);
    EXPECT_EQ(
        house.post(&console::QuestionsApi::attach, {{"topic", "rest-station"}, {"questions", {7}}}).status,
        422U);
    EXPECT_EQ(house.post(&console::QuestionsApi::not_ours, json::array()).status, 422U);
    EXPECT_EQ(house.list().size(), 1U);
    EXPECT_EQ(
        json::parse(house.post(&console::QuestionsApi::not_ours, {{"questions", {"1"}}}).body)["settled"], 1);
    EXPECT_TRUE(house.list().empty());
}

TEST(QuestionsApi, TheHitTestIsTheChatsOwnAnswer)
{
    House house;
    net::HttpRequest request;
    request.body = json{{"text", "老板拖欠工资怎么办"}}.dump();
    const json told = json::parse(house.api.hit_test(request).body);
    EXPECT_EQ(told["topic"], "wage-arrears");
    EXPECT_EQ(told["reply"], house.answerer.ask("老板拖欠工资怎么办", {}).reply);
}

} // namespace
