#include "bot/doors/tencent/fields.hpp"
#include "bot/doors/wecom_app/door.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/fake_platform.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <random>

namespace {

using namespace bot;
using namespace bot::doors;
using namespace bot::doors::wecom_app;
using nlohmann::json;

constexpr auto aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
constexpr std::int64_t start_ms = 1'763'800'000'000;
constexpr auto task_path = "/cgi-bin/externalcontact/add_msg_template";

tencent::Credentials credentials()
{
    return {"tok", *tencent::MessageKey::parse(aes_key), "ww1"};
}

/// The door, a company's platform whose answers are set by path, and a house.
struct Stage {
    Stage()
        : platform(context, [this](const net::HttpRequest& request) { return answer_call(request); }),
          door(settings(), client, clock, [this](Event event) { return hear(std::move(event)); })
    {
    }

    Settings settings() const
    {
        Settings settings;
        settings.id = "app";
        settings.api = platform.url();
        settings.corp_id = "ww1";
        settings.agent_id = 1000002;
        settings.secret = "s3cret";
        settings.credentials = credentials();
        settings.answer_within = std::chrono::milliseconds(40);
        settings.gather = std::chrono::milliseconds(30);
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
        reply.emplace();
        reply->text = "入会不收费";
        co_return reply;
    }

    std::string answer_call(const net::HttpRequest& request)
    {
        if (request.path == "/cgi-bin/gettoken")
            return R"({"errcode":0,"errmsg":"ok","access_token":"AT)" + std::to_string(++tokens) +
                   R"(","expires_in":7200})";
        const auto found = answers.find(request.path);
        return found == answers.end() ? R"({"errcode":0,"errmsg":"ok","msgid":"M1"})" : found->second;
    }

    net::HttpRequest post(const std::string& plain, const std::string& receiver = "ww1",
                          bool is_json = false) const
    {
        const std::string sealed =
            tencent::encrypt(*tencent::MessageKey::parse(aes_key), plain, receiver, "0123456789abcdef");
        net::HttpRequest request;
        request.method = "POST";
        request.query = "timestamp=1763800000&nonce=n1&msg_signature=" +
                        tencent::sha1_sorted({"tok", "1763800000", "n1", sealed});
        request.body = is_json ? json{{"encrypt", sealed}}.dump()
                               : "<xml><Encrypt>" + tencent::cdata(sealed) + "</Encrypt></xml>";
        return request;
    }

    net::HttpResponse receive(net::HttpRequest request)
    {
        return testing_support::run_coro(context, receive_whole(std::move(request)));
    }
    asio::awaitable<net::HttpResponse> receive_whole(net::HttpRequest request)
    {
        net::HttpResponse response = co_await door.receive(std::move(request));
        if (response.after)
            co_await response.after();
        co_return response;
    }

    SendOutcome send(ChatType type, const std::string& id, const std::string& text)
    {
        return testing_support::run_coro(context, door.send(outgoing(type, id, text)));
    }
    static Outgoing outgoing(ChatType type, const std::string& id, const std::string& text)
    {
        Outgoing message;
        message.chat = Chat{type, id};
        message.text = text;
        return message;
    }
    json last_body(const std::string& path) const
    {
        json found;
        for (const auto& one : platform.asked())
            if (one.path == path)
                found = json::parse(one.body);
        return found;
    }

    asio::io_context context{1};
    ManualClock clock{start_ms};
    net::HttpClient client;
    std::vector<Event> heard;
    std::chrono::milliseconds think_for{0};
    std::map<std::string, std::string> answers;
    int tokens = 0;
    testing_support::FakePlatform platform;
    WecomAppDoor door;
};

std::string text_body(const std::string& id, const std::string& words)
{
    return "<xml><ToUserName>ww1</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1763800000"
           "</CreateTime><MsgType>text</MsgType><Content>" +
           tencent::cdata(words) + "</Content><MsgId>" + id + "</MsgId><AgentID>1000002</AgentID></xml>";
}

TEST(WecomAppDoor, VerifiesItsAddress)
{
    Stage stage;
    const std::string sealed =
        tencent::encrypt(credentials().key, "1616140317555161061", "ww1", "0123456789abcdef");
    net::HttpRequest request;
    request.method = "GET";
    std::string escaped;
    for (const char c : sealed)
        escaped += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    request.query = "timestamp=1&nonce=2&msg_signature=" + tencent::sha1_sorted({"tok", "1", "2", sealed}) +
                    "&echostr=" + escaped;
    EXPECT_EQ(stage.receive(request).body, "1616140317555161061");
    request.query[0] = 'x';
    EXPECT_EQ(stage.receive(request).status, 403U);
}

TEST(WecomAppDoor, AnswersSealedInTheFlavourOfTheQuestion)
{
    Stage stage;
    const auto fields = tencent::read_fields(stage.receive(stage.post(text_body("1", "怎么入会"))).body);
    const auto plain = tencent::decrypt_for(credentials().key, fields->get("Encrypt"), "ww1");
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(tencent::read_fields(*plain)->get("Content"), "入会不收费");
    const json sealed = json::parse(stage.receive(stage.post(text_body("2", "再问"), "ww1", true)).body);
    const auto inner = tencent::decrypt_for(credentials().key, sealed["encrypt"].get<std::string>(), "ww1");
    ASSERT_TRUE(inner.has_value());
    EXPECT_EQ(json::parse(*inner)["Content"], "入会不收费");
    EXPECT_EQ(stage.platform.asked().size(), 0U);
}

TEST(WecomAppDoor, AnotherCompanysLetterIsRefused)
{
    Stage stage;
    EXPECT_EQ(stage.receive(stage.post(text_body("1", "问"), "ww2")).status, 403U);
    EXPECT_TRUE(stage.heard.empty());
}

TEST(WecomAppDoor, ALateAnswerFollowsByMessage)
{
    Stage stage;
    stage.think_for = std::chrono::milliseconds(100);
    EXPECT_EQ(stage.receive(stage.post(text_body("1", "问"))).body, "");
    const json body = stage.last_body("/cgi-bin/message/send");
    EXPECT_EQ(body["touser"], "zhangsan");
    EXPECT_EQ(body["text"]["content"], "入会不收费");
    EXPECT_EQ(body["enable_duplicate_check"], 1);
    stage.receive(stage.post(text_body("1", "问")));
    EXPECT_EQ(stage.platform.count("/cgi-bin/message/send"), 1);
    EXPECT_EQ(stage.heard.size(), 1U);
}

TEST(WecomAppDoor, AMemberOutOfReachIsNoSuccess)
{
    Stage stage;
    stage.answers["/cgi-bin/message/send"] =
        R"({"errcode":0,"errmsg":"ok","invaliduser":"lisi","msgid":"M1"})";
    EXPECT_EQ(stage.send(ChatType::direct, "lisi", "通知").action, SendAction::drop);
}

TEST(WecomAppDoor, ATokenIsFetchedOnceForAll)
{
    Stage stage;
    int ended = 0;
    for (int i = 0; i < 20; ++i)
        asio::co_spawn(stage.context,
                       stage.door.send(Stage::outgoing(ChatType::direct, "m" + std::to_string(i), "通知")),
                       [&](std::exception_ptr, const SendOutcome& outcome) {
                           EXPECT_TRUE(outcome.delivered());
                           if (++ended == 20)
                               stage.context.stop();
                       });
    stage.context.run_for(testing_support::patience);
    EXPECT_EQ(ended, 20);
    EXPECT_EQ(stage.tokens, 1);
}

TEST(WecomAppDoor, OwnGroupsAreToldAtOnce)
{
    Stage stage;
    stage.answers["/cgi-bin/externalcontact/groupchat/get"] = R"({"errcode":90501,"errmsg":"not external"})";
    EXPECT_TRUE(stage.send(ChatType::group, "union01", "开会").delivered());
    EXPECT_EQ(stage.last_body("/cgi-bin/appchat/send")["chatid"], "union01");
    stage.answers["/cgi-bin/appchat/send"] = R"({"errcode":86003,"errmsg":"no right"})";
    EXPECT_EQ(stage.send(ChatType::group, "union01", "开会").action, SendAction::disable_chat);
}

struct Handover : testing::Test {
    Handover()
    {
        stage.answers["/cgi-bin/externalcontact/groupchat/get"] =
            R"({"errcode":0,"group_chat":{"chat_id":"x","owner":"owner1"}})";
        stage.answers[task_path] = R"({"errcode":0,"errmsg":"ok","msgid":"T1","fail_list":["wr3"]})";
    }

    Sighting look(const std::string& chat, const std::string& receipt)
    {
        stage.clock.advance_ms(5'000);
        Outgoing message = Stage::outgoing(ChatType::group, chat, "通知");
        message.receipt = receipt;
        return testing_support::run_coro(stage.context, stage.door.look_up(std::move(message), start_ms));
    }

    void member(int status)
    {
        stage.answers["/cgi-bin/externalcontact/get_groupmsg_task"] =
            R"({"errcode":0,"task_list":[{"userid":"owner1","status":)" + std::to_string(status) +
            R"(,"send_time":1763800000}]})";
    }
    void results(const std::string& list)
    {
        stage.answers["/cgi-bin/externalcontact/get_groupmsg_send_result"] =
            R"({"errcode":0,"send_list":)" + list + "}";
    }

    Stage stage;
};

TEST_F(Handover, GroupsOfOneOwnerAreOneTask)
{
    std::map<std::string, SendOutcome> outcomes;
    for (const std::string chat : {"wr1", "wr2", "wr3"})
        asio::co_spawn(stage.context, stage.door.send(Stage::outgoing(ChatType::group, chat, "通知")),
                       [&, chat](std::exception_ptr, SendOutcome outcome) {
                           outcomes[chat] = std::move(outcome);
                           if (outcomes.size() == 3)
                               stage.context.stop();
                       });
    stage.context.run_for(testing_support::patience);
    EXPECT_EQ(outcomes["wr1"].action, SendAction::handed);
    EXPECT_EQ(outcomes["wr2"].platform_message_id, "T1");
    EXPECT_EQ(outcomes["wr3"].action, SendAction::drop);
    EXPECT_EQ(stage.platform.count(task_path), 1);
    EXPECT_EQ(stage.last_body(task_path)["sender"], "owner1");
    EXPECT_EQ(stage.last_body(task_path)["chat_id_list"].size(), 3U);
}

TEST_F(Handover, IsConfirmedWhenTheOwnerTapped)
{
    member(0);
    results("[]");
    EXPECT_EQ(look("wr1", "T1"), Sighting::handed);
    member(2);
    results(R"([{"chat_id":"wr1","status":1}])");
    EXPECT_EQ(look("wr1", "T1"), Sighting::present);
    EXPECT_EQ(look("wr2", "T1"), Sighting::handed);
    stage.clock.advance_ms(11 * 60'000);
    EXPECT_EQ(look("wr2", "T1"), Sighting::refused);
    results(R"([{"chat_id":"wr1","status":3}])");
    EXPECT_EQ(look("wr1", "T1"), Sighting::refused);
}

TEST_F(Handover, ALostAnswerIsFoundAmongTheTasks)
{
    member(0);
    results("[]");
    stage.answers["/cgi-bin/externalcontact/get_groupmsg_list_v2"] =
        R"({"errcode":0,"group_msg_list":[{"msgid":"T0","text":{"content":"别的"}},{"msgid":"T1","text":{"content":"通知"}}]})";
    EXPECT_EQ(look("wr1", ""), Sighting::handed);
    stage.answers["/cgi-bin/externalcontact/get_groupmsg_list_v2"] = R"({"errcode":0,"group_msg_list":[]})";
    EXPECT_EQ(look("wr1", ""), Sighting::absent);
    stage.answers["/cgi-bin/externalcontact/get_groupmsg_list_v2"] = R"({"errcode":-1,"errmsg":"busy"})";
    EXPECT_EQ(look("wr1", ""), Sighting::cannot_tell);
}

TEST_F(Handover, RemindsAndStops)
{
    member(0);
    results("[]");
    stage.clock.advance_ms(4 * 3600'000);
    EXPECT_EQ(look("wr1", "T1"), Sighting::handed);
    EXPECT_EQ(look("wr1", "T1"), Sighting::handed);
    EXPECT_EQ(stage.platform.count("/cgi-bin/externalcontact/remind_groupmsg_send"), 1);
    Outgoing message = Stage::outgoing(ChatType::group, "wr1", "通知");
    message.receipt = "T1";
    EXPECT_TRUE(testing_support::run_coro(stage.context, stage.door.withdraw(message, start_ms)));
    member(2);
    stage.clock.advance_ms(5'000);
    EXPECT_FALSE(testing_support::run_coro(stage.context, stage.door.withdraw(message, start_ms)));
    EXPECT_EQ(stage.last_body("/cgi-bin/externalcontact/cancel_groupmsg_send")["msgid"], "T1");
}

TEST_F(Handover, TooLongIsNotCut)
{
    EXPECT_EQ(stage.send(ChatType::group, "wr1", std::string(4'001, 'x')).action, SendAction::shorten);
    EXPECT_EQ(stage.platform.count(task_path), 0);
}

TEST(WecomAppDoor, TenThousandForgeriesActOnNothing)
{
    Stage stage;
    std::mt19937 random(7);
    const net::HttpRequest good = stage.post(text_body("1", "怎么入会"));
    const net::HttpRequest foreign = stage.post(text_body("1", "怎么入会"), "ww2");
    int refused = 0;
    const auto attack = [&]() -> asio::awaitable<void> {
        for (int round = 0; round < 10'000; ++round) {
            net::HttpRequest request = round % 7 == 6 ? foreign : good;
            const std::size_t at = random() % request.body.size();
            if (round % 7 < 2)
                request.body[at] =
                    static_cast<char>(request.body[at] ^ static_cast<char>(1 + random() % 127));
            else if (round % 7 < 4)
                request.query[random() % request.query.size()] ^= 1;
            else if (round % 7 == 4)
                request.body.erase(at, 1 + random() % 20);
            else if (round % 7 == 5)
                request.body = text_body(std::to_string(round), "怎么入会");
            const auto response = co_await stage.door.receive(std::move(request));
            refused += response.status == 403 || response.status == 400 ? 1 : 0;
        }
    };
    testing_support::run_coro(stage.context, attack());
    EXPECT_GT(refused, 9'000);
    EXPECT_LE(stage.heard.size(), 1U);
}

} // namespace
