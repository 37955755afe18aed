#include "bot/doors/sandbox/door.hpp"
#include "bot/routing/intake.hpp"
#include "tests/support/run_coro.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using doors::sandbox::Group;
using doors::sandbox::SandboxDoor;
using nlohmann::json;
using testing_support::run_coro;

constexpr std::int64_t noon = 1'784'347'200'000;
constexpr std::int64_t minute_ms = 60'000;

std::vector<Group> two_groups()
{
    Group couriers{"g1", "快递群", {{"a", "小李", "member"}, {"b", "老周", "owner"}}, "courier", "attentive"};
    Group riders{"g2", "骑手群", {{"c", "小吴", "member"}}, "delivery", "mention"};
    return {couriers, riders};
}

/// A sandbox in front of the real intake; the house answers what ends in a question mark, or what `answer` is
/// set to.
struct Sandbox {
    Sandbox() : door("s", two_groups(), clock, [this](Event event) { return hear(std::move(event)); }) {}

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        std::optional<Reply> reply;
        heard.push_back(event);
        if (during)
            co_await during();
        if (intake.admit(event) != routing::Verdict::accept || event.kind != EventKind::message)
            co_return reply;
        if (event.text == "坏了？")
            throw std::runtime_error("the house is broken");
        if (event.text.ends_with("？")) {
            reply.emplace();
            reply->text = answer;
        }
        co_return reply;
    }

    net::HttpResponse post(const std::string& action, const std::string& body,
                           const net::Headers& headers = {})
    {
        net::HttpRequest request;
        request.method = "POST";
        request.headers = headers;
        request.body = body;
        auto response = run_coro(context, door.serve(action, std::move(request)));
        return response ? *response : net::problem(404, "", "");
    }

    json say(const std::string& text, bool mention = true, json more = json::object())
    {
        more["text"] = text;
        more["mention"] = mention;
        if (!more.contains("person"))
            more["person"] = "a";
        if (!more.contains("group"))
            more["group"] = "g1";
        return json::parse(post("say", more.dump()).body);
    }

    void take_on(const std::string& record)
    {
        EXPECT_EQ(post("limits", json{{"record", record}}.dump()).status, 200U);
    }

    std::vector<json> lines()
    {
        net::HttpRequest request;
        request.method = "GET";
        const auto response = run_coro(context, door.serve("state", std::move(request)));
        return json::parse(response->body)["lines"].get<std::vector<json>>();
    }

    std::vector<json> lines_of(const std::string& kind)
    {
        auto all = lines();
        std::erase_if(all, [&](const json& line) { return line["kind"] != kind; });
        return all;
    }

    SendOutcome send(const std::string& text, const std::string& reply_to = "",
                     const std::string& group = "g1")
    {
        Outgoing message;
        message.chat.id = group;
        message.text = text;
        message.reply_to = reply_to;
        return run_coro(context, door.send(std::move(message)));
    }

    asio::io_context context{1};
    ManualClock clock{noon};
    routing::Intake intake{clock};
    std::vector<Event> heard;
    std::string answer = "这样办";
    std::function<asio::awaitable<void>()> during;
    SandboxDoor door;
};

TEST(SandboxDoor, AnswersAndQuotesWhatItAnswers)
{
    Sandbox sandbox;
    const json line = sandbox.say("怎么办？");
    ASSERT_EQ(sandbox.lines_of("answer").size(), 1U);
    const json answer = sandbox.lines_of("answer")[0];
    EXPECT_EQ(answer["text"], "这样办");
    EXPECT_EQ(answer["quotes"], line["id"]);
    EXPECT_FALSE(line["thinking"]);
    EXPECT_EQ(sandbox.heard[0].account, "s");
    EXPECT_TRUE(sandbox.heard[0].mentions_bot);
}

TEST(SandboxDoor, ASilenceHasItsReason)
{
    Sandbox sandbox;
    EXPECT_EQ(sandbox.say("吃饭去", false)["note"], "机器人没作声：没有 @ 它，也不像在问它");
    EXPECT_EQ(sandbox.heard.size(), 1U);
    sandbox.take_on("mention-only");
    EXPECT_EQ(sandbox.say("在吗？", false)["note"], "机器人没听到：这个平台只把 @ 它的话交给它");
    EXPECT_EQ(sandbox.heard.size(), 1U);
}

TEST(SandboxDoor, APictureComesAsMediaOnly)
{
    Sandbox sandbox;
    const json line = sandbox.say("", false, {{"media", "image"}});
    ASSERT_EQ(sandbox.heard.size(), 1U);
    EXPECT_EQ(sandbox.heard[0].media.size(), 1U);
    EXPECT_EQ(sandbox.heard[0].text, "");
    EXPECT_EQ(line["note"], "机器人没作声：只有图片，没有要问的话");
}

TEST(SandboxDoor, APrivateChatIsItsOwnChatAndAlwaysHeard)
{
    Sandbox sandbox;
    sandbox.take_on("mention-only");
    const json line = sandbox.say("怎么办？", false, {{"direct", true}});
    EXPECT_EQ(sandbox.heard.at(0).chat, (Chat{ChatType::direct, "a"}));
    EXPECT_EQ(line["role"], "");
    const json answer = sandbox.lines_of("answer").at(0);
    EXPECT_TRUE(answer["direct"]);
    EXPECT_EQ(answer["chat"], "a");
}

TEST(SandboxDoor, ALineSentTwiceByThePageIsSaidOnce)
{
    Sandbox sandbox;
    const json first = sandbox.say("怎么办？", true, {{"key", "k1"}});
    const json second = sandbox.say("怎么办？", true, {{"key", "k1"}});
    EXPECT_EQ(first["id"], second["id"]);
    EXPECT_EQ(sandbox.heard.size(), 1U);
}

TEST(SandboxDoor, ARedeliveryIsAnsweredOnce)
{
    Sandbox sandbox;
    const json line = sandbox.say("怎么办？");
    const auto response = sandbox.post("again", json{{"id", line["id"]}}.dump());
    EXPECT_EQ(response.body, R"({"answered":false})");
    EXPECT_EQ(sandbox.heard.size(), 2U);
    EXPECT_EQ(sandbox.heard[0].dedupe_key, sandbox.heard[1].dedupe_key);
    EXPECT_EQ(sandbox.lines_of("answer").size(), 1U);
    EXPECT_EQ(sandbox.lines_of("person").at(0)["note"], "平台把这句又推了一遍，机器人认出来了，没有再答");
}

TEST(SandboxDoor, ARecallReachesTheHouseAndClearsTheWords)
{
    Sandbox sandbox;
    const json line = sandbox.say("怎么办？");
    EXPECT_EQ(sandbox.post("recall", json{{"id", line["id"]}}.dump()).status, 200U);
    ASSERT_EQ(sandbox.heard.size(), 2U);
    EXPECT_EQ(sandbox.heard[1].happening, Happening::message_recalled);
    EXPECT_EQ(sandbox.heard[1].message_id, line["id"]);
    EXPECT_TRUE(sandbox.lines_of("person").at(0)["recalled"]);
    EXPECT_EQ(sandbox.lines_of("person").at(0)["text"], "");
    EXPECT_EQ(sandbox.post("recall", json{{"id", line["id"]}}.dump()).status, 404U);
}

asio::awaitable<void> recall_first_line(Sandbox& sandbox)
{
    sandbox.during = nullptr;
    net::HttpRequest request;
    request.method = "POST";
    const json body{{"id", sandbox.heard[0].message_id}};
    request.body = body.dump();
    co_await sandbox.door.serve("recall", std::move(request));
}

TEST(SandboxDoor, WhatIsRecalledBeforeTheAnswerIsNotAnswered)
{
    Sandbox sandbox;
    sandbox.during = [&] { return recall_first_line(sandbox); };
    sandbox.say("怎么办？");
    EXPECT_TRUE(sandbox.lines_of("answer").empty());
}

TEST(SandboxDoor, TheRecallWindowOfTheRecordIsFelt)
{
    Sandbox sandbox;
    sandbox.take_on("mention-only");
    const json line = sandbox.say("怎么办？");
    sandbox.clock.advance_ms(2 * minute_ms + 1);
    EXPECT_EQ(sandbox.post("recall", json{{"id", line["id"]}}.dump()).status, 409U);
    EXPECT_FALSE(sandbox.lines_of("person").at(0)["recalled"]);
}

TEST(SandboxDoor, TheSixthAnswerToOneMessageIsRefused)
{
    Sandbox sandbox;
    sandbox.take_on("mention-only");
    const std::string id = sandbox.say("怎么办？")["id"];
    for (int i = 2; i <= 5; ++i)
        EXPECT_EQ(sandbox.send("再说一句", id).action, SendAction::ok);
    const SendOutcome sixth = sandbox.send("再说一句", id);
    EXPECT_EQ(sixth.action, SendAction::window_closed);
    EXPECT_EQ(sandbox.lines_of("answer").size(), 5U);
    EXPECT_EQ(sandbox.lines_of("remark").at(0)["note"], "这个平台一句话最多回 5 条，已经用完");
}

TEST(SandboxDoor, AnAnswerAfterFiveMinutesIsRefused)
{
    Sandbox sandbox;
    sandbox.take_on("mention-only");
    const std::string id = sandbox.say("怎么办？")["id"];
    sandbox.clock.advance_ms(5 * minute_ms + 1);
    EXPECT_EQ(sandbox.send("晚了", id).action, SendAction::window_closed);
}

TEST(SandboxDoor, LinksAreRefusedWhereTheRecordSaysSo)
{
    Sandbox sandbox;
    EXPECT_EQ(sandbox.send("看 https://example.org").action, SendAction::ok);
    sandbox.take_on("mention-only");
    sandbox.answer = "看 https://example.org";
    sandbox.say("怎么办？");
    EXPECT_TRUE(sandbox.lines_of("answer").empty());
    EXPECT_EQ(sandbox.lines_of("remark").size(), 1U);
}

TEST(SandboxDoor, ALongTextGoesInParts)
{
    Sandbox sandbox;
    sandbox.take_on("push-only");
    std::string text;
    for (int i = 0; i < 700; ++i)
        text += "字";
    EXPECT_EQ(sandbox.send(text).action, SendAction::ok);
    EXPECT_EQ(sandbox.lines_of("notice").size(), 2U);
}

TEST(SandboxDoor, ADoorThatOnlyPushesHearsNothing)
{
    Sandbox sandbox;
    sandbox.take_on("push-only");
    EXPECT_EQ(sandbox.say("在吗？")["note"], "这个平台上机器人只能发，什么都听不到");
    EXPECT_TRUE(sandbox.heard.empty());
    EXPECT_EQ(sandbox.send("通知").action, SendAction::ok);
}

TEST(SandboxDoor, ADoorWithoutPushRefusesNotices)
{
    Sandbox sandbox;
    sandbox.take_on("answers-only");
    EXPECT_EQ(sandbox.send("通知").action, SendAction::disable_push);
    EXPECT_EQ(sandbox.send("通知", "", "nowhere").action, SendAction::disable_chat);
}

TEST(SandboxDoor, ANoticeWaitsForTheNextOpeningAndTakesItOnce)
{
    Sandbox sandbox;
    sandbox.take_on("mention-only");
    EXPECT_TRUE(sandbox.door.openings().empty());
    EXPECT_EQ(sandbox.send("通知").action, SendAction::window_closed);
    sandbox.say("怎么办？", false);
    EXPECT_TRUE(sandbox.door.openings().empty());
    sandbox.say("怎么办？");
    EXPECT_EQ(sandbox.door.openings(), std::vector<std::string>{"g1"});
    EXPECT_EQ(sandbox.send("通知").action, SendAction::ok);
    EXPECT_TRUE(sandbox.door.openings().empty());
    EXPECT_EQ(sandbox.send("又一条").action, SendAction::window_closed);
    sandbox.say("那这个？");
    EXPECT_EQ(sandbox.door.openings().size(), 1U);
    sandbox.clock.advance_ms(5 * minute_ms + 1);
    EXPECT_TRUE(sandbox.door.openings().empty());
}

TEST(SandboxDoor, WhatWasSentIsFoundAgain)
{
    Sandbox sandbox;
    sandbox.send("通知");
    Outgoing message;
    message.chat.id = "g1";
    message.text = "通知";
    EXPECT_EQ(run_coro(sandbox.context, sandbox.door.look_up(message, noon)), Sighting::present);
    message.text = "别的";
    EXPECT_EQ(run_coro(sandbox.context, sandbox.door.look_up(message, noon)), Sighting::absent);
}

TEST(SandboxDoor, AHouseThatFailsApologises)
{
    Sandbox sandbox;
    EXPECT_FALSE(sandbox.say("坏了？")["thinking"]);
    EXPECT_EQ(sandbox.lines_of("answer").size(), 1U);
}

TEST(SandboxDoor, NoBodyMakesItThrow)
{
    Sandbox sandbox;
    const std::string deep(50'000, '[');
    const std::string bodies[] = {"",
                                  "{",
                                  "null",
                                  "7",
                                  "[]",
                                  "\"x\"",
                                  deep,
                                  R"({"record":7})",
                                  R"({"id":[]})",
                                  "\xff\xfe",
                                  R"({"group":1,"person":2,"text":3})",
                                  R"({"group":"g1","person":"a","text":"  "})",
                                  R"({"group":"g1","person":"c","text":"混进来"})",
                                  R"({"group":"g1","person":"a","text":")" + std::string(2001, 'x') + "\"}",
                                  R"({"group":"g1","person":"a","text":"x","key":")" + std::string(65, 'k') +
                                      "\"}"};
    for (const char* action : {"say", "recall", "again", "limits"})
        for (const std::string& body : bodies)
            EXPECT_GE(sandbox.post(action, body).status, 400U) << action << " " << body.substr(0, 60);
    EXPECT_TRUE(sandbox.lines().empty());
}

TEST(SandboxDoor, APageOfAnotherSiteMayNotSpeak)
{
    Sandbox sandbox;
    const std::string body = R"({"group":"g1","person":"a","text":"hi"})";
    EXPECT_EQ(
        sandbox.post("say", body, {{"Host", "127.0.0.1:8080"}, {"Origin", "http://evil.example"}}).status,
        403U);
    EXPECT_EQ(
        sandbox.post("say", body, {{"Host", "127.0.0.1:8080"}, {"Origin", "http://127.0.0.1:8080"}}).status,
        200U);
}

TEST(SandboxDoor, MemoryIsBounded)
{
    Sandbox sandbox;
    for (int i = 0; i < 600; ++i)
        sandbox.say("话" + std::to_string(i), false);
    EXPECT_EQ(sandbox.lines().size(), 200U);
}

} // namespace
