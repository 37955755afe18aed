#include "bot/doors/satori/gateway.hpp"
#include "bot/doors/satori/parse.hpp"
#include "bot/doors/satori/send.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using namespace bot::doors::satori;
using nlohmann::json;

json body(const std::string& type, json more = json::object())
{
    json event{{"sn", 7},
               {"type", type},
               {"timestamp", 1763800000123},
               {"login", {{"sn", 1}, {"platform", "wechat"}, {"user", {{"id", "wxid_bot"}}}}},
               {"channel", {{"id", "123@chatroom"}, {"type", 0}}},
               {"guild", {{"id", "123@chatroom"}, {"name", "快递群"}}},
               {"user", {{"id", "wxid_a"}, {"name", "张"}}},
               {"member", {{"nick", "老张"}}}};
    event.update(more);
    return event;
}

Heard read(const json& event)
{
    auto heard = read_event("a", event);
    EXPECT_TRUE(heard.has_value());
    return heard ? *heard : Heard();
}

TEST(SatoriParse, AGroupMessage)
{
    const Heard heard = read(body(
        "message-created", {{"message", {{"id", "88"}, {"content", "<at id=\"wxid_bot\"/> 入会 &lt;3"}}}}));
    EXPECT_EQ(heard.event.kind, EventKind::message);
    EXPECT_EQ(heard.event.chat, (Chat{ChatType::group, "123@chatroom"}));
    EXPECT_EQ(heard.event.sender.name, "老张");
    EXPECT_EQ(heard.event.text, "入会 <3");
    EXPECT_TRUE(heard.event.mentions_bot);
    EXPECT_EQ(heard.event.time_ms, 1'763'800'000'123);
    EXPECT_EQ(heard.event.dedupe_key, "m:wechat:wxid_bot:88");
    EXPECT_EQ(heard.sn, 7);
}

TEST(SatoriParse, APrivateMessageWithAnImage)
{
    json event = body(
        "message-created",
        {{"channel", {{"id", "dm:9"}, {"type", 1}}},
         {"message", {{"id", "88"}, {"content", "你好<img src=\"internal:wechat/wxid_bot/_msg/9\"/>"}}}});
    event.erase("member");
    const Heard heard = read(event);
    EXPECT_EQ(heard.event.chat, (Chat{ChatType::direct, "wxid_a"}));
    EXPECT_EQ(heard.channel, "dm:9");
    EXPECT_EQ(heard.event.media, (std::vector<Media>{{"image", "internal:wechat/wxid_bot/_msg/9"}}));
}

TEST(SatoriParse, WhatIsQuotedWasSaidBySomebodyElse)
{
    const Heard heard = read(
        body("message-created",
             {{"message",
               {{"id", "1"}, {"content", "<quote id=\"7\"><at type=\"all\"/>旧话</quote><b>新</b>话"}}}}));
    EXPECT_EQ(heard.event.text, "新话");
    EXPECT_EQ(heard.event.quoted_id, "7");
    EXPECT_FALSE(heard.event.mentions_all);
}

TEST(SatoriParse, TheOlderSpelling)
{
    json event = body("message-created", {{"id", 5},
                                          {"platform", "wechat"},
                                          {"self_id", "wxid_bot"},
                                          {"message", {{"id", "1"}, {"content", "x"}}}});
    event.erase("sn");
    event.erase("login");
    const Heard heard = read(event);
    EXPECT_EQ(heard.self, (Self{"wechat", "wxid_bot"}));
    EXPECT_EQ(heard.sn, 5);
}

struct Told {
    const char* type;
    const char* user;
    EventKind kind;
    Happening happening;
};

const Told told[] = {
    {"guild-member-added", "wxid_a", EventKind::notice, Happening::member_joined},
    {"guild-member-added", "wxid_bot", EventKind::notice, Happening::bot_joined},
    {"guild-member-removed", "wxid_bot", EventKind::notice, Happening::bot_left},
    {"guild-member-deleted", "wxid_a", EventKind::notice, Happening::member_left},
    {"guild-added", "wxid_a", EventKind::notice, Happening::bot_joined},
    {"guild-removed", "wxid_a", EventKind::notice, Happening::bot_left},
    {"message-deleted", "wxid_a", EventKind::notice, Happening::message_recalled},
    {"guild-member-request", "wxid_a", EventKind::request, Happening::join_request},
    {"friend-request", "wxid_a", EventKind::request, Happening::friend_request},
    {"reaction-added", "wxid_a", EventKind::ignore, Happening::none},
    {"", "wxid_a", EventKind::ignore, Happening::none},
};

class SatoriTold : public testing::TestWithParam<Told> {};
TEST_P(SatoriTold, IsUnderstood)
{
    const Heard heard = read(body(GetParam().type, {{"user", {{"id", GetParam().user}}}}));
    EXPECT_EQ(heard.event.kind, GetParam().kind);
    EXPECT_EQ(heard.event.happening, GetParam().happening);
}
INSTANTIATE_TEST_SUITE_P(All, SatoriTold, testing::ValuesIn(told));

TEST(SatoriParse, LoginsAndWhatIsNoEvent)
{
    const Heard online = read(
        {{"type", "login-updated"}, {"login", {{"platform", "w"}, {"status", 1}, {"user", {{"id", "b"}}}}}});
    EXPECT_EQ(online.logins, (Logins{{{"w", "b"}, true}}));
    const Heard gone = read(
        {{"type", "login-removed"}, {"login", {{"platform", "w"}, {"status", 1}, {"user", {{"id", "b"}}}}}});
    EXPECT_EQ(gone.event.happening, Happening::bot_offline);
    for (const char* payload : {"7", "[]", "null", "\"x\""})
        EXPECT_FALSE(read_event("a", json::parse(payload))) << payload;
    EXPECT_EQ(read(json::object()).event.kind, EventKind::ignore);
}

TEST(SatoriGateway, GreetsResumesAndEnds)
{
    EXPECT_EQ(json::parse(identify("tk", std::nullopt)), json::parse(R"({"op":3,"body":{"token":"tk"}})"));
    EXPECT_EQ(json::parse(identify("tk", 1763800000123)),
              json::parse(R"({"op":3,"body":{"token":"tk","sn":1763800000123}})"));
    EXPECT_EQ(json::parse(ping()), json::parse(R"({"op":1,"body":{}})"));
    EXPECT_FALSE(ending_of(4004).may_reconnect);
    EXPECT_TRUE(ending_of(1006).may_reconnect);
    EXPECT_FALSE(ending_of(4009).may_resume);
    EXPECT_TRUE(ending_of(0).may_resume);
    EXPECT_EQ(events_url("https://h:1/satori"), "wss://h:1/satori/v1/events");
}

TEST(SatoriSend, EscapesAndNamesTheBot)
{
    Outgoing message;
    message.text = "工资<2000 & 加班";
    const Call call = message_create("123@chatroom", message);
    EXPECT_EQ(path_of(call), "/v1/message.create");
    EXPECT_EQ(json::parse(call.body),
              json::parse(R"({"channel_id":"123@chatroom","content":"工资&lt;2000 &amp; 加班"})"));
    message.mention = "a\"b";
    EXPECT_EQ(json::parse(message_create("c", message).body)["content"],
              "<at id=\"a&quot;b\"/> 工资&lt;2000 &amp; 加班");
    const net::Headers headers = headers_of("tk", {"wechat", "wxid_bot"});
    EXPECT_EQ(net::header(headers, "Satori-User-ID"), "wxid_bot");
    EXPECT_EQ(net::header(headers, "X-Platform"), "wechat");
    EXPECT_EQ(net::header(headers, "Authorization"), "Bearer tk");
}

struct Status {
    unsigned status;
    SendAction action;
};

const Status statuses[] = {
    {200, SendAction::ok},        {400, SendAction::drop},           {401, SendAction::operator_},
    {403, SendAction::operator_}, {404, SendAction::operator_},      {405, SendAction::operator_},
    {429, SendAction::backoff},   {500, SendAction::unknown_result}, {502, SendAction::unknown_result},
    {503, SendAction::retry}};

class SatoriStatus : public testing::TestWithParam<Status> {};
TEST_P(SatoriStatus, SaysWhatToDo)
{
    const SendOutcome outcome = classify(Transport::answered, GetParam().status, "");
    EXPECT_EQ(outcome.action, GetParam().action);
    EXPECT_TRUE(outcome.delivered() || !outcome.reason.empty());
}
INSTANTIATE_TEST_SUITE_P(All, SatoriStatus, testing::ValuesIn(statuses),
                         [](const auto& one) { return "http_" + std::to_string(one.param.status); });

TEST(SatoriSend, ReceiptsAndTransport)
{
    EXPECT_EQ(classify(Transport::answered, 200, R"([{"id":"1"},{"id":"2"}])").platform_message_id, "1,2");
    EXPECT_EQ(classify(Transport::refused, 0, "").action, SendAction::retry);
    EXPECT_EQ(classify(Transport::lost, 0, "").action, SendAction::unknown_result);
    EXPECT_EQ(channel_of(R"({"id":"dm:1","type":1})"), "dm:1");
    EXPECT_EQ(channel_of("[]"), "");
}

} // namespace
