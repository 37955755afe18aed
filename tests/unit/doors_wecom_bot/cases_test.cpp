#include "bot/doors/wecom_bot/parse.hpp"
#include "bot/doors/wecom_bot/reply_urls.hpp"
#include "bot/doors/wecom_bot/send.hpp"
#include "tests/support/cases.hpp"
#include "tests/support/event_json.hpp"

namespace {

using namespace bot;
using namespace bot::doors::wecom_bot;
using testing_support::CaseChecks;
using testing_support::json;

void check_event(const json& in, json out)
{
    const json context = in.value("context", json::object());
    const std::string name = context.value("bot_name", "");
    const auto heard = to_heard("a", in["payload"], name);
    ASSERT_TRUE(heard.has_value());
    if (out.contains("reply_url")) {
        EXPECT_EQ(json(heard->reply_url), out["reply_url"]);
        out.erase("reply_url");
    }
    if (out["kind"] == "poll") {
        EXPECT_EQ(json(heard->stream_id), out["stream_id"]);
        out.erase("kind");
        out.erase("stream_id");
    }
    testing_support::expect_event(out, heard->event);
}

void check_request(const json& in, const json& out)
{
    const std::string id = in["req_id"];
    const json body = stream_body(in.value("stream_id", ""), in.value("finish", false), in.value("text", ""));
    const std::string whole = in["call"] == "subscribe" ? subscribe_frame(id, in["bot_id"], in["secret"])
                                                        : frame("aibot_respond_msg", id, body);
    EXPECT_EQ(json::parse(whole), out["frame"]);
}

const CaseChecks checks{
    {"wecom-bot/event", check_event},
    {"wecom-bot/api-request", check_request},
};

TEST(WecomBotCases, AllPass)
{
    testing_support::run_cases("tencent.json", checks);
}

TEST(WecomBotCases, SharedVectorsPass)
{
    testing_support::run_shared_vectors(checks);
}

TEST(WecomBotParse, TakesTheMentionAway)
{
    EXPECT_EQ(without_mention("@工会小助手 怎么入会", ""), "怎么入会");
    EXPECT_EQ(without_mention("@定西 工会 助手 怎么入会", "定西 工会 助手"), "怎么入会");
    EXPECT_EQ(without_mention("@工会小助手怎么入会", ""), "@工会小助手怎么入会");
    EXPECT_EQ(without_mention("怎么入会 @张三", ""), "怎么入会 @张三");
    EXPECT_EQ(without_mention("@工会小助手 ", ""), "@工会小助手");
}

TEST(WecomBotParse, RefusesWhatIsNoCallback)
{
    for (const char* raw : {"[]", "{}", "7", R"({"msgtype":1.5})"})
        EXPECT_FALSE(to_heard("a", json::parse(raw), "")) << raw;
    EXPECT_EQ(to_heard("a", json::parse(R"({"msgtype":"dance"})"), "")->event.kind, EventKind::ignore);
    EXPECT_EQ(to_heard("a", json::parse(R"({"msgtype":"text","text":{"content":"谁?"}})"), "")->event.kind,
              EventKind::ignore);
}

TEST(ReplyUrls, TakeOneAnswerEachWithinTheHour)
{
    ReplyUrls urls;
    urls.keep("m1", "https://a", 0);
    urls.keep("m1", "https://b", 0);
    EXPECT_EQ(urls.take("m1", 1), "https://a");
    EXPECT_EQ(urls.take("m1", 1), "");
    urls.keep("m1", "https://b", 2); // told again: it stays used
    EXPECT_EQ(urls.take("m1", 3), "");
    urls.keep("m2", "https://c", 0);
    EXPECT_EQ(urls.take("m2", 60LL * 60'000), "");
    EXPECT_EQ(urls.take("m3", 0), "");
}

} // namespace
