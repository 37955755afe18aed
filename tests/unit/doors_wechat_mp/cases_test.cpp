#include "bot/doors/wechat_mp/parse.hpp"
#include "bot/doors/wechat_mp/send.hpp"
#include "bot/doors/wechat_mp/service_window.hpp"
#include "bot/doors/wechat_mp/verify.hpp"
#include "tests/support/cases.hpp"
#include "tests/support/event_json.hpp"

namespace {

using namespace bot;
using namespace bot::doors;
using namespace bot::doors::wechat_mp;
using testing_support::CaseChecks;
using testing_support::json;

Account account_of(const json& in)
{
    Account account;
    account.token = in.value("token", "");
    account.app_id = in.value("receiveid", "");
    const std::string mode = in.value("mode", "plain");
    account.mode = mode == "safe" ? Mode::safe : mode == "compat" ? Mode::compat : Mode::plain;
    if (const auto key = tencent::MessageKey::parse(in.value("encoding_aes_key", "")))
        account.key = *key;
    return account;
}

const CaseChecks checks{
    {"wechat-mp/verify-get",
     [](const json& in, const json& out) {
         const auto echo = verify_address(account_of(in["account"]), in["query"].get<std::string>());
         ASSERT_EQ(echo.has_value(), out["status"] == 200);
         if (echo) {
             EXPECT_EQ(json(*echo), out["body"]);
         }
     }},
    {"wechat-mp/callback-post",
     [](const json& in, const json& out) {
         const auto plain = open_body(account_of(in["account"]), in["query"].get<std::string>(),
                                      in["body"].get<std::string>());
         ASSERT_EQ(plain.has_value(), out["accept"].get<bool>());
         if (!plain)
             return;
         const auto got = tencent::read_fields(*plain);
         const auto expected = tencent::read_fields(out["plain"].get<std::string>());
         for (const char* name : {"FromUserName", "ToUserName", "MsgType", "Content", "MsgId", "Event"})
             EXPECT_EQ(got->get(name), expected->get(name)) << name;
     }},
    {"wechat-mp/event",
     [](const json& in, const json& out) {
         const auto fields = tencent::read_fields(in["payload"].get<std::string>());
         ASSERT_TRUE(fields.has_value());
         const auto event = to_event("a", *fields);
         ASSERT_TRUE(event.has_value());
         testing_support::expect_event(out, *event);
     }},
    {"wechat-mp/error-action",
     [](const json& in, const json& out) {
         const tencent::Answer answer{tencent::Transport::answered, in["http"].get<unsigned>(),
                                      testing_support::error_body(in)};
         EXPECT_EQ(json(to_string(tencent::classify(answer, account_codes()).action)), out["action"]);
     }},
    {"wechat-mp/api-request",
     [](const json& in, const json& out) {
         const std::string body = in["call"] == "token" ? token_body(in["appid"], in["secret"])
                                                        : service_text(in["openid"], in["text"]);
         EXPECT_EQ(json::parse(body), out["json"]);
         EXPECT_EQ(body.find("\\u"), std::string::npos);
     }},
};

TEST(WechatMpCases, AllPass)
{
    testing_support::run_cases("tencent.json", checks);
}

TEST(WechatMpCases, SharedVectorsPass)
{
    testing_support::run_shared_vectors(checks);
}

TEST(WechatMpParse, RefusesWhatNobodySent)
{
    for (const char* raw : {"<xml><MsgType>text</MsgType></xml>", "<xml><FromUserName>a</FromUserName></xml>",
                            "{}", "<xml/>"}) {
        const auto fields = tencent::read_fields(raw);
        ASSERT_TRUE(fields.has_value()) << raw;
        EXPECT_FALSE(to_event("a", *fields)) << raw;
    }
}

TEST(WechatMpParse, AFollowAndAScanOfOneSecondAreTwoEvents)
{
    const auto key_of = [](const std::string& name) {
        const auto fields =
            tencent::read_fields("<xml><FromUserName>a</FromUserName><CreateTime>1</CreateTime>"
                                 "<MsgType>event</MsgType><Event>" +
                                 name + "</Event></xml>");
        return to_event("a", *fields)->dedupe_key;
    };
    EXPECT_NE(key_of("subscribe"), key_of("SCAN"));
    EXPECT_EQ(key_of("SCAN"), key_of("SCAN"));
}

TEST(WechatMpVerify, ThePersonInTheAddressIsTheOneInTheBody)
{
    Account account;
    account.token = "t";
    const std::string query =
        "timestamp=1&nonce=2&openid=oA&signature=" + tencent::sha1_sorted({"t", "1", "2"});
    EXPECT_TRUE(open_body(account, query, "<xml><FromUserName>oA</FromUserName></xml>"));
    EXPECT_FALSE(open_body(account, query, "<xml><FromUserName>oB</FromUserName></xml>"));
}

TEST(ServiceWindow, FiveAfterWordsThreeAfterAClick)
{
    using Verdict = ServiceWindow::Verdict;
    ServiceWindow window;
    EXPECT_EQ(window.take("unheard", 0), Verdict::open);
    Event said;
    said.kind = EventKind::message;
    said.sender.id = "a";
    window.heard(said, 0);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(window.take("a", 1'000), Verdict::open);
    EXPECT_EQ(window.take("a", 1'000), Verdict::used_up);
    Event clicked;
    clicked.kind = EventKind::notice;
    clicked.happening = Happening::menu_click;
    clicked.sender.id = "a";
    window.heard(clicked, 2'000);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(window.take("a", 3'000), Verdict::open);
    EXPECT_EQ(window.take("a", 3'000), Verdict::used_up);
    window.heard(said, 4'000);
    EXPECT_EQ(window.take("a", 48LL * 3600 * 1000 + 3'999), Verdict::open);
    EXPECT_EQ(window.take("a", 48LL * 3600 * 1000 + 4'000), Verdict::closed);
    window.heard(said, 0);
    window.close("a");
    EXPECT_EQ(window.take("a", 1), Verdict::closed);
}

} // namespace
