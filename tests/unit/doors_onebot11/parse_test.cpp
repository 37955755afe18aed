#include "bot/doors/onebot11/parse.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot::doors::onebot11;
using bot::EventKind;
using bot::Happening;
using bot::parse_json;

bot::Event event_of(const std::string& raw)
{
    const auto json = parse_json(raw);
    EXPECT_TRUE(json.has_value()) << raw;
    const auto event = to_event("a", *json);
    EXPECT_TRUE(event.has_value()) << raw;
    return event ? *event : bot::Event();
}

TEST(OneBot11Parse, GroupMessageAsArray)
{
    const auto event = event_of(
        R"({"time":1763800000,"self_id":10001,"post_type":"message","message_type":"group","message_id":-1273546,
        "group_id":70001,"user_id":42,"sender":{"nickname":"小李","card":"张师傅-快递","role":"member"},
        "message":[{"type":"at","data":{"qq":"10001"}},{"type":"text","data":{"text":" 怎么入会？"}}]})");
    EXPECT_EQ(event.kind, EventKind::message);
    EXPECT_EQ(event.chat.id, "70001");
    EXPECT_EQ(event.sender.name, "张师傅-快递");
    EXPECT_EQ(event.message_id, "-1273546");
    EXPECT_EQ(event.text, "怎么入会？");
    EXPECT_TRUE(event.mentions_bot);
    EXPECT_FALSE(event.self);
    EXPECT_EQ(event.time_ms, 1763800000000);
}

TEST(OneBot11Parse, GroupMessageAsStringWithStringIds)
{
    const auto event = event_of(
        R"({"time":1,"self_id":"10001","post_type":"message","message_type":"group","message_id":"7001",
        "group_id":"70001","user_id":"42","sender":{"nickname":"小李","card":""},
        "message":"[CQ:reply,id=55][CQ:at,qq=10001] 公积金怎么查 &#91;急&#93;"})");
    EXPECT_EQ(event.text, "公积金怎么查 [急]");
    EXPECT_EQ(event.quoted_id, "55");
    EXPECT_EQ(event.sender.name, "小李");
    EXPECT_TRUE(event.mentions_bot);
}

struct Told {
    const char* name;
    const char* raw;
    EventKind kind;
    Happening happening;
};

const Told tolds[] = {
    {"joined",
     R"({"self_id":1,"post_type":"notice","notice_type":"group_increase","sub_type":"invite","group_id":7,"user_id":1})",
     EventKind::notice, Happening::bot_joined},
    {"kicked",
     R"({"self_id":1,"post_type":"notice","notice_type":"group_decrease","sub_type":"kick_me","group_id":7,"user_id":1})",
     EventKind::notice, Happening::bot_left},
    {"disbanded",
     R"({"self_id":1,"post_type":"notice","notice_type":"group_decrease","sub_type":"disband","group_id":7,"user_id":5})",
     EventKind::notice, Happening::bot_left},
    {"muted",
     R"({"self_id":1,"post_type":"notice","notice_type":"group_ban","sub_type":"ban","group_id":7,"user_id":1,"duration":600})",
     EventKind::notice, Happening::bot_muted},
    {"all_muted",
     R"({"self_id":1,"post_type":"notice","notice_type":"group_ban","sub_type":"ban","group_id":7,"user_id":0,"duration":-1})",
     EventKind::notice, Happening::group_muted},
    {"join_request",
     R"({"self_id":1,"post_type":"request","request_type":"group","sub_type":"add","group_id":7,"user_id":8,"flag":"F-1"})",
     EventKind::request, Happening::join_request},
    {"heartbeat",
     R"({"self_id":1,"post_type":"meta_event","meta_event_type":"heartbeat","interval":30000,"status":{"online":false}})",
     EventKind::meta, Happening::heartbeat},
    {"offline", R"({"self_id":1,"post_type":"notice","notice_type":"bot_offline","user_id":1})",
     EventKind::notice, Happening::bot_offline},
    {"new_type", R"({"self_id":1,"post_type":"notice","notice_type":"something_new","group_id":1})",
     EventKind::ignore, Happening::none},
};

class OneBot11Told : public testing::TestWithParam<Told> {};
TEST_P(OneBot11Told, MatchesVector)
{
    const auto event = event_of(GetParam().raw);
    EXPECT_EQ(event.kind, GetParam().kind);
    EXPECT_EQ(event.happening, GetParam().happening);
}
INSTANTIATE_TEST_SUITE_P(All, OneBot11Told, testing::ValuesIn(tolds),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(OneBot11Parse, OwnMessagesAreSeenAsOwn)
{
    EXPECT_TRUE(
        event_of(
            R"({"self_id":1,"post_type":"message_sent","message_type":"group","group_id":7,"user_id":1,"message":"通知"})")
            .self);
    EXPECT_TRUE(
        event_of(
            R"({"self_id":1,"post_type":"message","message_type":"group","group_id":7,"user_id":1,"message":"通知"})")
            .self);
}

TEST(OneBot11Parse, BelievesNoTimeBeyondCalendars)
{
    const auto at = [](const std::string& time) {
        return event_of(R"({"self_id":1,"post_type":"notice","time":)" + time + "}").time_ms;
    };
    EXPECT_EQ(at("1784372400"), 1784372400000);
    for (const char* wrong :
         {"-1", "9223372036854775807", "18446744073709551615", "1.5e300", "\"1\"", "null"})
        EXPECT_EQ(at(wrong), 0) << wrong;
}

TEST(OneBot11Parse, RefusesWhatIsNoEvent)
{
    std::string deep = "{\"post_type\":\"message\",\"x\":";
    for (int i = 0; i < 40; ++i)
        deep += '[';
    for (int i = 0; i < 40; ++i)
        deep += ']';
    for (const std::string& raw : {std::string("{"), std::string(""), std::string("\xff\xfe"), deep + "}"})
        EXPECT_FALSE(parse_json(raw)) << raw;
    EXPECT_FALSE(to_event("a", *parse_json("[1]")));
    EXPECT_FALSE(to_event("a", *parse_json("{}")));
}

} // namespace
