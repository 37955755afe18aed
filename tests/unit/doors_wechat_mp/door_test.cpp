#include "bot/doors/tencent/fields.hpp"
#include "bot/doors/wechat_mp/door.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/fake_platform.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>

namespace {

using namespace bot;
using namespace bot::doors;
using namespace bot::doors::wechat_mp;
using nlohmann::json;

constexpr auto aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
constexpr std::int64_t start_ms = 1'763'800'000'000;

std::string text_body(const std::string& id, const std::string& words, const std::string& from = "oU1")
{
    return "<xml><ToUserName>gh_1</ToUserName><FromUserName>" + from +
           "</FromUserName><CreateTime>1763800000</CreateTime><MsgType>text</MsgType><Content>" +
           tencent::cdata(words) + "</Content><MsgId>" + id + "</MsgId></xml>";
}

std::string event_body(const std::string& name, const std::string& key)
{
    return "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU1</FromUserName><CreateTime>1763800001"
           "</CreateTime><MsgType>event</MsgType><Event>" +
           name + "</Event><EventKey>" + key + "</EventKey></xml>";
}

/// The door, its platform and a house that answers when it likes.
struct Stage {
    explicit Stage(Mode mode)
        : platform(context, [this](const net::HttpRequest& request) { return answer_call(request); }),
          door(settings(mode), client, clock, [this](Event event) { return hear(std::move(event)); })
    {
    }

    Settings settings(Mode mode) const
    {
        Settings settings;
        settings.id = "mp";
        settings.api = platform.url();
        settings.secret = "s3cret";
        settings.account.token = "tok";
        settings.account.app_id = "wxapp";
        settings.account.mode = mode;
        if (mode != Mode::plain)
            settings.account.key = *tencent::MessageKey::parse(aes_key);
        settings.answer_within = std::chrono::milliseconds(40);
        settings.hold = std::chrono::milliseconds(60);
        return settings;
    }

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        heard.push_back(event);
        if (think_for.count() > 0) {
            asio::steady_timer timer(context, think_for);
            co_await timer.async_wait(net::as_values);
        }
        std::optional<Reply> reply;
        if (!says.empty()) {
            reply.emplace();
            reply->text = says;
        }
        co_return reply;
    }

    std::string answer_call(const net::HttpRequest& request)
    {
        if (request.path == "/cgi-bin/stable_token")
            return R"({"access_token":"AT)" + std::to_string(++tokens) + R"(","expires_in":7200})";
        if (answers.empty())
            return R"({"errcode":0,"errmsg":"ok"})";
        const std::string answer = answers.front();
        answers.erase(answers.begin());
        return answer;
    }

    /// What the platform posts: signed, and sealed where the account seals.
    net::HttpRequest post(const std::string& plain, const std::string& nonce = "n1") const
    {
        net::HttpRequest request;
        request.method = "POST";
        request.body = plain;
        request.query = "timestamp=1763800000&nonce=" + nonce +
                        "&openid=oU1&signature=" + tencent::sha1_sorted({"tok", "1763800000", nonce});
        if (!sealed)
            return request;
        const tencent::MessageKey key = *tencent::MessageKey::parse(aes_key);
        const std::string encrypted = tencent::encrypt(key, plain, receiver, "0123456789abcdef");
        request.query += "&encrypt_type=aes&msg_signature=" +
                         tencent::sha1_sorted({"tok", "1763800000", nonce, encrypted});
        request.body =
            "<xml><ToUserName>gh_1</ToUserName><Encrypt>" + tencent::cdata(encrypted) + "</Encrypt></xml>";
        return request;
    }

    net::HttpResponse receive(net::HttpRequest request)
    {
        return testing_support::run_coro(context, receive_whole(std::move(request)));
    }

    /// The response and what goes on after it.
    asio::awaitable<net::HttpResponse> receive_whole(net::HttpRequest request)
    {
        net::HttpResponse response = co_await door.receive(std::move(request));
        if (response.after)
            co_await response.after();
        co_return response;
    }

    SendOutcome send(const std::string& text)
    {
        Outgoing message;
        message.chat = Chat{ChatType::direct, "oU1"};
        message.text = text;
        return testing_support::run_coro(context, door.send(std::move(message)));
    }

    asio::io_context context{1};
    ManualClock clock{start_ms};
    net::HttpClient client;
    std::vector<Event> heard;
    std::string says = "入会不收费";
    std::chrono::milliseconds think_for{0};
    std::vector<std::string> answers;
    int tokens = 0;
    bool sealed = false;
    std::string receiver = "wxapp";
    testing_support::FakePlatform platform;
    WechatMpDoor door;
};

std::string content_of(const std::string& xml)
{
    return tencent::read_fields(xml)->get("Content");
}

TEST(WechatMpDoor, AnswersInTheResponse)
{
    Stage stage(Mode::plain);
    const auto response = stage.receive(stage.post(text_body("1", "怎么入会")));
    EXPECT_EQ(response.status, 200U);
    const auto fields = tencent::read_fields(response.body);
    EXPECT_EQ(fields->get("ToUserName"), "oU1");
    EXPECT_EQ(fields->get("FromUserName"), "gh_1");
    EXPECT_EQ(fields->get("CreateTime"), "1763800000");
    EXPECT_EQ(fields->get("Content"), "入会不收费");
    EXPECT_TRUE(stage.platform.asked().empty());
}

TEST(WechatMpDoor, AnswersJsonWithJson)
{
    Stage stage(Mode::plain);
    const auto response = stage.receive(stage.post(
        R"({"ToUserName":"gh_1","FromUserName":"oU1","CreateTime":1763800000,"MsgType":"text","Content":"问","MsgId":24000000000000009})"));
    EXPECT_EQ(json::parse(response.body)["Content"], "入会不收费");
    EXPECT_EQ(stage.heard.at(0).message_id, "24000000000000009");
}

TEST(WechatMpDoor, SealsTheAnswerWhereTheAccountSeals)
{
    Stage stage(Mode::safe);
    stage.sealed = true;
    const auto response = stage.receive(stage.post(text_body("1", "怎么入会")));
    const auto fields = tencent::read_fields(response.body);
    ASSERT_TRUE(fields.has_value()) << response.body;
    EXPECT_EQ(fields->get("Nonce"), "n1");
    EXPECT_EQ(fields->get("MsgSignature"),
              tencent::sha1_sorted({"tok", fields->get("TimeStamp"), "n1", fields->get("Encrypt")}));
    const auto plain =
        tencent::decrypt_for(*tencent::MessageKey::parse(aes_key), fields->get("Encrypt"), "wxapp");
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(content_of(*plain), "入会不收费");
}

TEST(WechatMpDoor, RefusesWhatIsNotSealedForIt)
{
    Stage stage(Mode::safe);
    EXPECT_EQ(stage.receive(stage.post(text_body("1", "问"))).status, 403U);
    stage.sealed = true;
    stage.receiver = "another";
    EXPECT_EQ(stage.receive(stage.post(text_body("1", "问"))).status, 403U);
    EXPECT_TRUE(stage.heard.empty());
}

TEST(WechatMpDoor, ARedeliveryIsAnsweredAlikeAndHandledOnce)
{
    Stage stage(Mode::plain);
    const auto first = stage.receive(stage.post(text_body("1", "怎么入会"), "n1"));
    stage.says = "别的";
    const auto again = stage.receive(stage.post(text_body("1", "怎么入会"), "n2"));
    EXPECT_EQ(content_of(first.body), content_of(again.body));
    EXPECT_EQ(stage.heard.size(), 1U);
}

TEST(WechatMpDoor, ALateAnswerFollowsAsServiceMessageOnce)
{
    Stage stage(Mode::plain);
    stage.think_for = std::chrono::milliseconds(120);
    const auto response = stage.receive(stage.post(text_body("1", "怎么入会")));
    EXPECT_EQ(response.body, "success");
    EXPECT_EQ(stage.platform.count("/cgi-bin/message/custom/send"), 1);
    EXPECT_EQ(stage.platform.asked().back().body,
              R"({"msgtype":"text","text":{"content":"入会不收费"},"touser":"oU1"})");
    EXPECT_EQ(stage.platform.asked().back().query, "access_token=AT1");
    const auto again = stage.receive(stage.post(text_body("1", "怎么入会"), "n2"));
    EXPECT_EQ(again.body, "success");
    EXPECT_EQ(stage.platform.count("/cgi-bin/message/custom/send"), 1);
}

TEST(WechatMpDoor, WithoutTheRightTheNextTellingIsAnswered)
{
    Stage stage(Mode::plain);
    stage.answers = {R"({"errcode":48001,"errmsg":"api unauthorized"})"};
    EXPECT_EQ(stage.send("试").action, SendAction::operator_);
    EXPECT_FALSE(stage.door.health().can_send);
    stage.think_for = std::chrono::milliseconds(80);
    EXPECT_EQ(stage.receive(stage.post(text_body("1", "问"), "n1")).status, 504U);
    const auto again = stage.receive(stage.post(text_body("1", "问"), "n2"));
    EXPECT_EQ(content_of(again.body), "入会不收费");
    EXPECT_EQ(stage.heard.size(), 1U);
}

TEST(WechatMpDoor, AMenuEntryAndAFollowAreHeard)
{
    Stage stage(Mode::plain);
    EXPECT_EQ(content_of(stage.receive(stage.post(event_body("CLICK", "活动"))).body), "入会不收费");
    stage.receive(stage.post(event_body("subscribe", "qrscene_621102"), "n2"));
    EXPECT_EQ(stage.heard.at(0).key, "活动");
    EXPECT_EQ(stage.heard.at(1).key, "621102");
    EXPECT_EQ(stage.receive(stage.post(event_body("unsubscribe", ""), "n3")).body, "success");
    EXPECT_EQ(stage.heard.size(), 3U);
}

TEST(WechatMpDoor, ALongAnswerGoesOnAsServiceMessages)
{
    Stage stage(Mode::plain);
    stage.says.clear();
    for (int i = 0; i < 1'000; ++i)
        stage.says += "工";
    const auto response = stage.receive(stage.post(text_body("1", "问")));
    const std::string first = content_of(response.body);
    EXPECT_LE(first.size(), 2048U);
    const json rest = json::parse(stage.platform.asked().back().body);
    EXPECT_EQ(first + rest["text"]["content"].get<std::string>(), stage.says);
}

TEST(WechatMpDoor, ARefusedTokenIsReplacedOnceForAll)
{
    Stage stage(Mode::plain);
    stage.answers = {R"({"errcode":42001,"errmsg":"access_token expired"})"};
    EXPECT_TRUE(stage.send("您好").delivered());
    EXPECT_EQ(stage.tokens, 2);
    EXPECT_EQ(stage.platform.asked().back().query, "access_token=AT2");
}

TEST(WechatMpDoor, KeepsToTheAllowanceOfTheWindow)
{
    Stage stage(Mode::plain);
    stage.says.clear();
    stage.receive(stage.post(text_body("1", "问")));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(stage.send("答").delivered());
    EXPECT_EQ(stage.send("答").action, SendAction::window_closed);
    EXPECT_EQ(stage.platform.count("/cgi-bin/message/custom/send"), 5);
    stage.receive(stage.post(text_body("2", "再问"), "n2"));
    stage.answers = {R"({"errcode":45015,"errmsg":"response out of time limit"})"};
    EXPECT_EQ(stage.send("答").action, SendAction::window_closed);
    EXPECT_EQ(stage.send("答").action, SendAction::window_closed);
    EXPECT_EQ(stage.platform.count("/cgi-bin/message/custom/send"), 6);
}

TEST(WechatMpDoor, TheDaysQuotaIsOverUntilMidnight)
{
    Stage stage(Mode::plain);
    stage.answers = {R"({"errcode":45009,"errmsg":"reach max api daily quota limit"})"};
    const SendOutcome outcome = stage.send("答");
    EXPECT_EQ(outcome.action, SendAction::backoff);
    EXPECT_EQ((start_ms + outcome.retry_after_ms + 8 * 3'600'000) % 86'400'000, 0);
}

/// 10,000 bodies that are not the platform's: forged, tampered with, taken from elsewhere, or of another
/// account.
TEST(WechatMpDoor, TenThousandForgeriesActOnNothing)
{
    Stage stage(Mode::safe);
    stage.sealed = true;
    std::mt19937 random(20'260'101);
    const net::HttpRequest good = stage.post(text_body("1", "怎么入会"));
    const auto forge = [&](int round) {
        net::HttpRequest request = good;
        std::string& target = round % 2 == 0 ? request.body : request.query;
        const std::size_t at = random() % target.size();
        if (round % 5 == 0)
            target.erase(at, 1 + random() % 8);
        else if (round % 5 == 1)
            target[at] = static_cast<char>(target[at] ^ static_cast<char>(1 + random() % 127));
        else if (round % 5 == 2)
            target.insert(at, 1, static_cast<char>('0' + random() % 10));
        else if (round % 5 == 3)
            request.query = "signature=" + tencent::sha1_sorted({"tok?", "1763800000", "n1"}) +
                            "&timestamp=1763800000&nonce=n1";
        else
            request.body = text_body(std::to_string(round), "怎么入会");
        return request;
    };
    int refused = 0;
    const auto attack = [&]() -> asio::awaitable<void> {
        for (int round = 0; round < 10'000; ++round) {
            net::HttpRequest request = forge(round);
            const auto response = co_await stage.door.receive(std::move(request));
            refused += response.status == 403 || response.status == 400 ? 1 : 0;
        }
    };
    testing_support::run_coro(stage.context, attack());
    EXPECT_GT(refused, 9'000);
    EXPECT_LE(stage.heard.size(), 1U); // a change that the platform's own would survive, told once
    for (const Event& event : stage.heard)
        EXPECT_EQ(event.text, "怎么入会");
}

} // namespace
