#include "bot/doors/onebot12/parse.hpp"
#include "bot/doors/onebot12/sign.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using namespace bot::doors::onebot12;
using nlohmann::json;

Heard read(const json& payload)
{
    auto heard = read_event("a", payload);
    EXPECT_TRUE(heard.has_value());
    return heard ? *heard : Heard();
}

json message(json segments, const std::string& user = "wxid_zhang")
{
    return {{"id", "e1"},           {"time", 1763800000.512},
            {"type", "message"},    {"detail_type", "group"},
            {"sub_type", ""},       {"self", {{"platform", "wechat"}, {"user_id", "wxid_bot"}}},
            {"message_id", "MSG1"}, {"group_id", "2233@chatroom"},
            {"user_id", user},      {"message", std::move(segments)},
            {"alt_message", "x"}};
}

json segment(const std::string& type, json data)
{
    return {{"type", type}, {"data", std::move(data)}};
}

TEST(OneBot12Parse, AGroupMessage)
{
    const Heard heard = read(message(
        {segment("mention", {{"user_id", "wxid_bot"}}), segment("text", {{"text", " 困难帮扶怎么申请"}})}));
    EXPECT_EQ(heard.event.kind, EventKind::message);
    EXPECT_EQ(heard.event.chat, (Chat{ChatType::group, "2233@chatroom"}));
    EXPECT_EQ(heard.event.text, "困难帮扶怎么申请");
    EXPECT_TRUE(heard.event.mentions_bot);
    EXPECT_FALSE(heard.event.self);
    EXPECT_EQ(heard.event.time_ms, 1'763'800'000'512);
    EXPECT_EQ(heard.event.dedupe_key, "m:wechat:wxid_bot:MSG1");
    EXPECT_EQ(heard.self, (Self{"wechat", "wxid_bot"}));
}

TEST(OneBot12Parse, SegmentsOfEveryKind)
{
    const Heard heard =
        read(message({segment("mention_all", json::object()), segment("text", {{"text", "开会"}}),
                      segment("reply", {{"message_id", "M0"}}), segment("image", {{"file_id", "f1"}}),
                      segment("location", {{"latitude", 35.5}, {"longitude", 104.5}}),
                      segment("wx.emoji", {{"file_id", "f2"}}), json(7)}));
    EXPECT_TRUE(heard.event.mentions_all);
    EXPECT_FALSE(heard.event.mentions_bot);
    EXPECT_EQ(heard.event.quoted_id, "M0");
    EXPECT_EQ(heard.event.media, (std::vector<Media>{{"image", "f1"}, {"location", "35.5,104.5"}}));
}

TEST(OneBot12Parse, OwnMessagesAndPrivateOnesAndChannels)
{
    EXPECT_TRUE(read(message(json::array(), "wxid_bot")).event.self);
    json direct = message({segment("text", {{"text", "你好"}})});
    direct["detail_type"] = "private";
    direct.erase("group_id");
    EXPECT_EQ(read(direct).event.chat, (Chat{ChatType::direct, "wxid_zhang"}));
    json channel = message({segment("text", {{"text", "你好"}})});
    channel.erase("group_id");
    channel["guild_id"] = "g";
    channel["channel_id"] = "c";
    EXPECT_EQ(read(channel).event.chat, (Chat{ChatType::group, "channel/g/c"}));
    EXPECT_EQ(as_channel("channel/g/c"), std::pair(std::string("g"), std::string("c")));
    EXPECT_FALSE(as_channel("2233@chatroom"));
}

TEST(OneBot12Parse, ABodyThatIsEncodedTwice)
{
    EXPECT_EQ(read(json(message({segment("text", {{"text", "双层"}})}).dump())).event.text, "双层");
    EXPECT_FALSE(read_event("a", json(json(message(json::array()).dump()).dump()))) << "but not three times";
}

struct Told {
    const char* name;
    const char* payload;
    EventKind kind;
    Happening happening;
};

const Told told[] = {
    {"joined",
     R"({"id":"e","time":1,"type":"notice","detail_type":"group_member_increase","sub_type":"join","self":{"platform":"w","user_id":"b"},"group_id":"g","user_id":"n"})",
     EventKind::notice, Happening::member_joined},
    {"bot_joined",
     R"({"id":"e","time":1,"type":"notice","detail_type":"group_member_increase","self":{"platform":"w","user_id":"b"},"group_id":"g","user_id":"b"})",
     EventKind::notice, Happening::bot_joined},
    {"bot_left",
     R"({"id":"e","time":1,"type":"notice","detail_type":"group_member_decrease","self":{"platform":"w","user_id":"b"},"group_id":"g","user_id":"b"})",
     EventKind::notice, Happening::bot_left},
    {"recalled",
     R"({"id":"e","time":1,"type":"notice","detail_type":"group_message_delete","self":{"platform":"w","user_id":"b"},"group_id":"g","user_id":"n","message_id":"m"})",
     EventKind::notice, Happening::message_recalled},
    {"friend",
     R"({"id":"e","time":1,"type":"notice","detail_type":"friend_increase","self":{"platform":"w","user_id":"b"},"user_id":"n"})",
     EventKind::notice, Happening::friend_added},
    {"connect",
     R"({"id":"e","time":1,"type":"meta","detail_type":"connect","sub_type":"","version":{"impl":"x","version":"1","onebot_version":"12"}})",
     EventKind::meta, Happening::connected},
    {"heartbeat", R"({"id":"e","time":1,"type":"meta","detail_type":"heartbeat","interval":5000})",
     EventKind::meta, Happening::heartbeat},
    {"online",
     R"({"id":"e","time":1,"type":"meta","detail_type":"status_update","status":{"good":true,"bots":[{"self":{"platform":"w","user_id":"b"},"online":true}]}})",
     EventKind::meta, Happening::bot_online},
    {"offline",
     R"({"id":"e","time":1,"type":"meta","detail_type":"status_update","status":{"good":false,"bots":[]}})",
     EventKind::meta, Happening::bot_offline},
    {"unknown_notice",
     R"({"id":"e","time":1,"type":"notice","detail_type":"wx.get_group_poke","group_id":"g"})",
     EventKind::ignore, Happening::none},
    {"unknown_type", R"({"id":"e","time":1,"type":"wx.thing"})", EventKind::ignore, Happening::none},
    {"strange_time", R"({"id":"e","time":1e300,"type":"meta","detail_type":"connect"})", EventKind::meta,
     Happening::connected},
};

class OneBot12Told : public testing::TestWithParam<Told> {};
TEST_P(OneBot12Told, IsUnderstood)
{
    const Heard heard = read(json::parse(GetParam().payload));
    EXPECT_EQ(heard.event.kind, GetParam().kind);
    EXPECT_EQ(heard.event.happening, GetParam().happening);
}
INSTANTIATE_TEST_SUITE_P(All, OneBot12Told, testing::ValuesIn(told),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(OneBot12Parse, WhatIsNoEvent)
{
    for (const char* payload : {"7", "[]", "{}", R"("x")", R"({"type":7})", R"({"status":"ok","retcode":0})"})
        EXPECT_FALSE(read_event("a", json::parse(payload))) << payload;
}

struct Greeting {
    const char* name;
    net::Headers headers;
    const char* query;
    error_code error;
    const char* impl;
};

const Greeting greetings[] = {
    {"bearer",
     {{"Sec-WebSocket-Protocol", "12.walle-q"}, {"Authorization", "Bearer t12"}},
     "",
     {},
     "walle-q"},
    {"query", {{"Sec-WebSocket-Protocol", "12.ComWechat"}}, "access_token=t12", {}, "ComWechat"},
    {"several_offered",
     {{"Sec-WebSocket-Protocol", "11.x, 12.a.b"}, {"Authorization", "bearer t12"}},
     "",
     {},
     "a.b"},
    {"other_version",
     {{"Sec-WebSocket-Protocol", "11.x"}, {"Authorization", "Bearer t12"}},
     "",
     make_error_code(Errc::bad_payload),
     ""},
    {"no_version", {{"Authorization", "Bearer t12"}}, "", make_error_code(Errc::bad_payload), ""},
    {"wrong_token",
     {{"Sec-WebSocket-Protocol", "12.x"}, {"Authorization", "Bearer nope"}},
     "",
     make_error_code(Errc::bad_credential),
     ""},
    {"wrong_scheme",
     {{"Sec-WebSocket-Protocol", "12.x"}, {"Authorization", "Basic t12"}},
     "",
     make_error_code(Errc::missing_credential),
     ""},
    {"no_token", {{"Sec-WebSocket-Protocol", "12.x"}}, "", make_error_code(Errc::missing_credential), ""},
};

class OneBot12Greeting : public testing::TestWithParam<Greeting> {};
TEST_P(OneBot12Greeting, IsLetInOrNot)
{
    const auto handshake = check_handshake("t12", GetParam().headers, GetParam().query);
    EXPECT_EQ(handshake ? error_code() : handshake.error(), GetParam().error);
    EXPECT_EQ(handshake ? handshake->impl : "", GetParam().impl);
    EXPECT_TRUE(!handshake || handshake->subprotocol == "12." + handshake->impl);
}
INSTANTIATE_TEST_SUITE_P(All, OneBot12Greeting, testing::ValuesIn(greetings),
                         [](const auto& one) { return std::string(one.param.name); });

} // namespace
