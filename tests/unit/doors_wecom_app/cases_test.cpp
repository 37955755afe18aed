#include "bot/doors/wecom_app/parse.hpp"
#include "bot/doors/wecom_app/send.hpp"
#include "tests/support/cases.hpp"
#include "tests/support/event_json.hpp"

namespace {

using namespace bot;
using namespace bot::doors;
using namespace bot::doors::wecom_app;
using testing_support::CaseChecks;
using testing_support::json;

const CaseChecks checks{
    {"wecom-app/event",
     [](const json& in, const json& out) {
         const auto fields = tencent::read_fields(in["payload"].get<std::string>());
         ASSERT_TRUE(fields.has_value());
         const auto event = to_event("a", *fields);
         ASSERT_TRUE(event.has_value());
         testing_support::expect_event(out, *event);
     }},
    {"wecom-app/api-request",
     [](const json& in, const json& out) {
         const std::string body =
             in["call"] == "send_group_text"
                 ? group_text(in["chatid"], in["text"], in["mention"])
                 : member_text(in["agentid"], in["users"], in["text"], in["dedupe_seconds"]);
         EXPECT_EQ(json::parse(body), out["json"]);
     }},
};

TEST(WecomAppCases, AllPass)
{
    testing_support::run_cases("tencent.json", checks);
}

TEST(WecomAppCases, SharedVectorsPass)
{
    testing_support::run_shared_vectors(checks);
}

TEST(WecomAppParse, OneMemberIsOneHoweverWritten)
{
    const auto fields = tencent::read_fields(
        "<xml><FromUserName>ZhangSan</FromUserName><MsgType>text</MsgType><Content>a</Content></xml>");
    EXPECT_EQ(to_event("a", *fields)->sender.id, "zhangsan");
}

TEST(WecomAppSend, FindsWhoWasNotReached)
{
    const json answer = json::parse(R"({"errcode":0,"invaliduser":"LiSi|wangwu","unlicenseduser":""})");
    EXPECT_EQ(unreached(answer), (std::vector<std::string>{"lisi", "wangwu"}));
    EXPECT_TRUE(unreached(json::object()).empty());
}

TEST(WecomAppSend, HidesNothingInTheTokensAddress)
{
    EXPECT_EQ(token_path("ww1", "a+b/c="), "/cgi-bin/gettoken?corpid=ww1&corpsecret=a%2Bb%2Fc%3D");
}

} // namespace
