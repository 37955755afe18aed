#include "bot/doors/qq/parse.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using namespace bot::doors::qq;

Heard read(const std::string& payload)
{
    auto heard = read_request("a", nlohmann::json::parse(payload));
    EXPECT_TRUE(heard.has_value());
    return heard ? *heard : Heard();
}

std::string envelope(const std::string& type, const std::string& d, const std::string& id = "x")
{
    return R"({"op":0,"id":")" + type + ":" + id + R"(","s":1,"t":")" + type + R"(","d":)" + d + "}";
}

std::string group_message(const std::string& content, const std::string& more = "",
                          const std::string& author = R"("member_role":"member")")
{
    return R"({"id":"m1","author":{"id":"AAAA","member_openid":"AAAA",)" + author + R"(},"content":")" +
           content +
           R"(","group_id":"GGGG","group_openid":"GGGG","timestamp":"2025-11-22T16:26:40+08:00","message_type":0,)" +
           more +
           R"("message_scene":{"source":"default","ext":["msg_idx=REFIDX_1","ref_msg_idx=REFIDX_0"]}})";
}

TEST(QqParse, AGroupMessageThatNamesTheBot)
{
    const Heard heard = read(envelope("GROUP_AT_MESSAGE_CREATE", group_message(" 怎么入会 ")));
    const Event& event = heard.event;
    EXPECT_EQ(heard.op, Heard::Op::event);
    EXPECT_EQ(event.kind, EventKind::message);
    EXPECT_EQ(event.chat, (Chat{ChatType::group, "GGGG"}));
    EXPECT_EQ(event.sender.id, "AAAA");
    EXPECT_EQ(event.sender.role, "member");
    EXPECT_EQ(event.message_id, "m1");
    EXPECT_EQ(event.text, "怎么入会");
    EXPECT_TRUE(event.mentions_bot);
    EXPECT_EQ(event.time_ms, 1'763'800'000'000);
    EXPECT_EQ(event.quoted_id, "REFIDX_0");
    EXPECT_EQ(heard.reply_to, "m1");
}

TEST(QqParse, EveryMessageOfAGroup)
{
    const Heard heard = read(envelope("GROUP_MESSAGE_CREATE", group_message("今天下雨")));
    EXPECT_EQ(heard.event.kind, EventKind::message);
    EXPECT_FALSE(heard.event.mentions_bot);
}

/// As both kinds of event it is one message.
TEST(QqParse, AMentionInFullMessageModeIsTheSameMessage)
{
    const std::string mentions =
        R"("mentions":[{"id":"BOT0","member_openid":"BOT0","is_you":true,"bot":true,"scope":"single"}],)";
    const Heard full = read(envelope("GROUP_MESSAGE_CREATE", group_message("<@BOT0> 怎么入会", mentions)));
    const Heard at = read(envelope("GROUP_AT_MESSAGE_CREATE", group_message(" 怎么入会")));
    EXPECT_TRUE(full.event.mentions_bot);
    EXPECT_EQ(full.event.text, at.event.text);
    EXPECT_EQ(full.event.dedupe_key, at.event.dedupe_key);
}

TEST(QqParse, APrivateMessage)
{
    const Heard heard = read(envelope(
        "C2C_MESSAGE_CREATE",
        R"({"id":"c1","author":{"id":"UUUU","user_openid":"UUUU"},"content":"你好","timestamp":"2025-11-22T16:26:41+08:00"})"));
    EXPECT_EQ(heard.event.chat, (Chat{ChatType::direct, "UUUU"}));
    EXPECT_EQ(heard.event.sender.id, "UUUU");
    EXPECT_EQ(heard.event.text, "你好");
}

TEST(QqParse, OtherBotsAreNotHeard)
{
    EXPECT_EQ(
        read(envelope("GROUP_MESSAGE_CREATE", group_message("我是机器人", "", R"("bot":true)"))).event.kind,
        EventKind::ignore);
}

TEST(QqParse, AttachmentsAndRecognisedVoice)
{
    const Heard image = read(envelope(
        "GROUP_AT_MESSAGE_CREATE",
        group_message(
            " ",
            R"("attachments":[{"content_type":"image/jpeg","filename":"a.jpg","url":"https://m.example/a"}],)")));
    EXPECT_EQ(image.event.text, "");
    EXPECT_EQ(image.event.media, (std::vector<Media>{{"image", "https://m.example/a"}}));
    const Heard voice = read(envelope(
        "GROUP_AT_MESSAGE_CREATE",
        group_message(
            "",
            R"("attachments":[{"content_type":"voice","url":"https://m.example/v","asr_refer_text":"怎么入会"}],)")));
    EXPECT_EQ(voice.event.text, "怎么入会");
}

struct Told {
    const char* type;
    const char* d;
    Happening happening;
    ChatType chat;
    bool may_be_answered;
};

const Told told[] = {
    {"GROUP_ADD_ROBOT", R"({"timestamp":1763800005,"group_openid":"G","op_member_openid":"OP"})",
     Happening::bot_joined, ChatType::group, true},
    {"GROUP_DEL_ROBOT", R"({"timestamp":"1763800005","group_openid":"G","op_member_openid":"OP"})",
     Happening::bot_left, ChatType::group, false},
    {"GROUP_MSG_REJECT", R"({"timestamp":1763800005,"group_openid":"G","op_member_openid":"OP"})",
     Happening::push_disabled, ChatType::group, false},
    {"GROUP_MSG_RECEIVE", R"({"timestamp":1763800005,"group_openid":"G","op_member_openid":"OP"})",
     Happening::push_enabled, ChatType::group, true},
    {"FRIEND_ADD", R"({"timestamp":1763800005,"openid":"G"})", Happening::friend_added, ChatType::direct,
     true},
    {"FRIEND_DEL", R"({"timestamp":1763800005,"openid":"G"})", Happening::bot_left, ChatType::direct, false},
    {"C2C_MSG_REJECT", R"({"timestamp":1763800005,"openid":"G"})", Happening::push_disabled, ChatType::direct,
     false},
    {"C2C_MSG_RECEIVE", R"({"timestamp":1763800005,"openid":"G"})", Happening::push_enabled, ChatType::direct,
     true},
    {"GROUP_MEMBER_ADD", R"({"timestamp":1763800005,"group_openid":"G","member_openid":"N"})",
     Happening::member_joined, ChatType::group, false},
    {"GROUP_MEMBER_REMOVE", R"({"timestamp":1763800005,"group_openid":"G","member_openid":"N"})",
     Happening::member_left, ChatType::group, false},
};

class QqNotice : public testing::TestWithParam<Told> {};
TEST_P(QqNotice, IsUnderstood)
{
    const Heard heard = read(envelope(GetParam().type, GetParam().d, "e5"));
    EXPECT_EQ(heard.event.kind, EventKind::notice);
    EXPECT_EQ(heard.event.happening, GetParam().happening);
    EXPECT_EQ(heard.event.chat, (Chat{GetParam().chat, "G"}));
    EXPECT_EQ(heard.event.time_ms, 1'763'800'005'000);
    EXPECT_EQ(heard.reply_to,
              GetParam().may_be_answered ? "event:" + std::string(GetParam().type) + ":e5" : "");
    EXPECT_TRUE(heard.event.happening != Happening::member_joined || heard.event.sender.id == "N");
}
INSTANTIATE_TEST_SUITE_P(All, QqNotice, testing::ValuesIn(told),
                         [](const auto& one) { return std::string(one.param.type); });

TEST(QqParse, AButtonSaysWhatStandsBehindIt)
{
    const Heard heard = read(envelope(
        "INTERACTION_CREATE",
        R"({"id":"i1","group_openid":"G","group_member_openid":"M","data":{"resolved":{"button_id":"1","button_data":"报名 12"}}})"));
    EXPECT_EQ(heard.interaction, "i1");
    EXPECT_EQ(heard.event.kind, EventKind::message);
    EXPECT_EQ(heard.event.text, "报名 12");
    EXPECT_EQ(heard.event.sender.id, "M");
    EXPECT_TRUE(heard.event.mentions_bot);
    EXPECT_EQ(heard.reply_to, "event:INTERACTION_CREATE:x");
}

TEST(QqParse, ReviewsHeartbeatsValidations)
{
    const Heard passed = read(envelope("MESSAGE_AUDIT_PASS", R"({"audit_id":"A1","message_id":"m"})"));
    EXPECT_EQ(passed.audit.id, "A1");
    EXPECT_TRUE(passed.audit.passed);
    EXPECT_FALSE(read(envelope("MESSAGE_AUDIT_REJECT", R"({"audit_id":"A1"})")).audit.passed);
    const Heard beat = read(R"({"op":1,"d":7})");
    EXPECT_EQ(beat.op, Heard::Op::heartbeat);
    EXPECT_EQ(beat.beat, "7");
    const Heard validation = read(R"({"op":13,"d":{"plain_token":"p","event_ts":"1"}})");
    EXPECT_EQ(validation.op, Heard::Op::validation);
    EXPECT_EQ(validation.plain_token, "p");
}

TEST(QqParse, WhatIsNoRequest)
{
    for (const char* payload : {"[]", "7", "null", R"({})", R"({"op":"0"})", R"({"op":13})",
                                R"({"op":13,"d":{"plain_token":"p"}})"}) {
        const auto heard = read_request("a", nlohmann::json::parse(payload));
        ASSERT_FALSE(heard.has_value()) << payload;
        EXPECT_EQ(heard.error(), make_error_code(Errc::bad_payload));
    }
}

TEST(QqParse, WhatLacksItsPartsIsIgnored)
{
    for (const std::string& payload :
         {envelope("GROUP_AT_MESSAGE_CREATE", "{}"), envelope("GROUP_AT_MESSAGE_CREATE", "7"),
          envelope("GROUP_ADD_ROBOT", "{}"), envelope("SOMETHING_NEW", R"({"group_openid":"G"})"),
          envelope("INTERACTION_CREATE", R"({"id":"i"})"), std::string(R"({"op":0})"),
          std::string(R"({"op":0,"t":"FRIEND_ADD","d":{"openid":"U"}})")}) {
        const Heard heard = read(payload);
        EXPECT_EQ(heard.event.kind, EventKind::ignore) << payload;
        EXPECT_EQ(heard.reply_to, "") << payload;
    }
}

} // namespace
