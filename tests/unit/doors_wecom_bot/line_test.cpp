#include "bot/doors/wecom_bot/door.hpp"
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <deque>

namespace {

using namespace bot;
using namespace bot::doors::wecom_bot;
using nlohmann::json;

/// The platform's end of the long connection, and the door that dials it.
struct Stage {
    Stage()
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [](net::HttpRequest) -> asio::awaitable<net::HttpResponse> { co_return net::HttpResponse(); },
            [this](net::HttpRequest) { return accept(); });
        server->start();
        door = std::make_unique<WecomBotDoor>(settings(), client, clock,
                                              [this](Event event) { return hear(std::move(event)); });
        asio::co_spawn(context, door->run(), [](std::exception_ptr) {});
    }

    Settings settings() const
    {
        Settings settings;
        settings.id = "bot";
        settings.api = "http://127.0.0.1:1";
        settings.bot_id = "B1";
        settings.line.url = "ws://127.0.0.1:" + std::to_string(server->ports().front());
        settings.line.bot_id = "B1";
        settings.line.secret = "SS";
        settings.line.answer_within = std::chrono::milliseconds(300);
        settings.line.ping_every = ping_every;
        settings.first_piece_within = std::chrono::milliseconds(30);
        return settings;
    }

    asio::awaitable<net::UpgradeDecision> accept()
    {
        net::UpgradeDecision decision;
        decision.run = [this](std::shared_ptr<net::WebSocket> socket) { return play(std::move(socket)); };
        co_return decision;
    }

    asio::awaitable<void> play(std::shared_ptr<net::WebSocket> socket)
    {
        ++connections;
        newest = socket;
        for (;;) {
            auto text = co_await socket->receive();
            if (!text)
                break;
            const json frame = json::parse(*text);
            frames.push_back(frame);
            if (is_mute)
                continue;
            const bool is_known = frame["cmd"] != "aibot_subscribe" || frame["body"]["secret"] == secret;
            json answer{{"headers", frame["headers"]},
                        {"errcode", is_known ? send_code : 853000},
                        {"errmsg", "words"}};
            if (frame["cmd"] == "aibot_subscribe" || frame["cmd"] == "ping")
                answer["errcode"] = is_known ? 0 : 853000;
            std::string out = answer.dump();
            co_await socket->send(std::move(out));
        }
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

    void callback(const std::string& command, const std::string& request_id, const json& body)
    {
        std::string text =
            json{{"cmd", command}, {"headers", {{"req_id", request_id}}}, {"body", body}}.dump();
        asio::co_spawn(context, say(std::move(text)), [](std::exception_ptr) {});
    }
    asio::awaitable<void> say(std::string text) { co_await newest->send(std::move(text)); }

    static json question()
    {
        return {{"msgid", "M1"},
                {"aibotid", "B1"},
                {"chatid", "wr1"},
                {"chattype", "group"},
                {"msgtype", "text"},
                {"from", {{"userid", "zhangsan"}}},
                {"text", {{"content", "@工会小助手 怎么入会"}}}};
    }

    /// Runs until `look` is satisfied.
    template <class F> bool until(F look)
    {
        const auto give_up = std::chrono::steady_clock::now() + testing_support::patience;
        context.restart();
        while (!look() && std::chrono::steady_clock::now() < give_up)
            context.run_one_for(std::chrono::milliseconds(20));
        return look();
    }

    std::vector<json> of(const std::string& command) const
    {
        std::vector<json> found;
        for (const json& frame : frames)
            if (frame["cmd"] == command)
                found.push_back(frame);
        return found;
    }

    SendOutcome push(const std::string& text)
    {
        Outgoing message;
        message.chat = Chat{ChatType::group, "wr1"};
        message.text = text;
        std::optional<SendOutcome> outcome;
        asio::co_spawn(context, door->send(std::move(message)),
                       [&](std::exception_ptr, SendOutcome got) { outcome = std::move(got); });
        EXPECT_TRUE(until([&] { return outcome.has_value(); }));
        return outcome.value_or(SendOutcome());
    }

    asio::io_context context{1};
    ManualClock clock{1'763'800'000'000};
    net::HttpClient client;
    std::string secret = "SS";
    int send_code = 0, connections = 0;
    bool is_mute = false;
    std::chrono::milliseconds think_for{0}, ping_every{30'000};
    std::vector<Event> heard;
    std::deque<json> frames;
    std::shared_ptr<net::WebSocket> newest;
    std::unique_ptr<net::HttpServer> server;
    std::unique_ptr<WecomBotDoor> door;
};

TEST(WecomBotLine, SubscribesFirst)
{
    Stage stage;
    EXPECT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    EXPECT_EQ(stage.frames.front()["cmd"], "aibot_subscribe");
    EXPECT_EQ(stage.frames.front()["body"], (json{{"bot_id", "B1"}, {"secret", "SS"}}));
    EXPECT_EQ(stage.door->capabilities().push, PushMode::automatic);
}

TEST(WecomBotLine, AWrongSecretIsNotTriedAgain)
{
    Stage stage;
    stage.secret = "other";
    EXPECT_TRUE(stage.until([&] {
        return !stage.door->health().detail.empty() && stage.connections == 1 &&
               stage.door->health().detail.find("secret") != std::string::npos;
    }));
    stage.context.restart();
    stage.context.run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(stage.connections, 1);
    EXPECT_FALSE(stage.door->health().can_send);
}

TEST(WecomBotLine, AnswersUnderTheIdOfTheQuestion)
{
    Stage stage;
    ASSERT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    stage.callback("aibot_msg_callback", "REQ1", Stage::question());
    ASSERT_TRUE(stage.until([&] { return !stage.of("aibot_respond_msg").empty(); }));
    const json answer = stage.of("aibot_respond_msg").front();
    EXPECT_EQ(answer["headers"]["req_id"], "REQ1");
    EXPECT_EQ(answer["body"]["stream"]["finish"], true);
    EXPECT_EQ(answer["body"]["stream"]["content"], "入会不收费");
    stage.callback("aibot_msg_callback", "REQ1", Stage::question());
    stage.context.restart();
    stage.context.run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(stage.heard.size(), 1U);
}

TEST(WecomBotLine, ASlowAnswerBeginsUnfinished)
{
    Stage stage;
    stage.think_for = std::chrono::milliseconds(80);
    ASSERT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    stage.callback("aibot_msg_callback", "REQ1", Stage::question());
    ASSERT_TRUE(stage.until([&] { return stage.of("aibot_respond_msg").size() == 2; }));
    const auto pieces = stage.of("aibot_respond_msg");
    EXPECT_EQ(pieces[0]["body"]["stream"]["finish"], false);
    EXPECT_EQ(pieces[1]["body"]["stream"]["finish"], true);
    EXPECT_EQ(pieces[0]["body"]["stream"]["id"], pieces[1]["body"]["stream"]["id"]);
}

TEST(WecomBotLine, WelcomesWhoComesIn)
{
    Stage stage;
    ASSERT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    const json event{{"msgid", "E1"},
                     {"aibotid", "B1"},
                     {"msgtype", "event"},
                     {"from", {{"userid", "lisi"}}},
                     {"event", {{"eventtype", "enter_chat"}}}};
    stage.callback("aibot_event_callback", "REQ2", event);
    ASSERT_TRUE(stage.until([&] { return !stage.of("aibot_respond_welcome_msg").empty(); }));
    EXPECT_EQ(stage.of("aibot_respond_welcome_msg")[0]["body"]["text"]["content"], "入会不收费");
}

TEST(WecomBotLine, PushesWithinTheConversationsLimits)
{
    Stage stage;
    ASSERT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    EXPECT_TRUE(stage.push("通知").delivered());
    const json sent = stage.of("aibot_send_msg").front()["body"];
    EXPECT_EQ(sent["chatid"], "wr1");
    EXPECT_EQ(sent["chat_type"], 2);
    EXPECT_EQ(sent["markdown"]["content"], "通知");
    for (int i = 1; i < 30; ++i)
        EXPECT_TRUE(stage.push("通知").delivered());
    EXPECT_EQ(stage.push("通知").action, SendAction::window_closed);
    stage.clock.advance_ms(60'000);
    EXPECT_TRUE(stage.push("通知").delivered());
    stage.send_code = 93006;
    EXPECT_EQ(stage.push("通知").action, SendAction::disable_chat);
}

TEST(WecomBotLine, SilenceLeavesTheResultUnknown)
{
    Stage stage;
    ASSERT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    stage.is_mute = true;
    EXPECT_EQ(stage.push("通知").action, SendAction::unknown_result);
}

TEST(WecomBotLine, WithoutAConnectionNothingLeaves)
{
    Stage stage;
    EXPECT_EQ(stage.push("通知").action, SendAction::retry);
    EXPECT_TRUE(stage.of("aibot_send_msg").empty());
}

TEST(WecomBotLine, DoesNotFightForTheConnection)
{
    Stage stage;
    ASSERT_TRUE(stage.until([&] { return stage.door->health().connected; }));
    const json event{{"msgtype", "event"}, {"event", {{"eventtype", "disconnected_event"}}}};
    stage.callback("aibot_event_callback", "REQ3", event);
    EXPECT_TRUE(stage.until([&] { return !stage.door->health().connected; }));
    stage.context.restart();
    stage.context.run_for(std::chrono::milliseconds(100));
    EXPECT_EQ(stage.connections, 1);
    EXPECT_NE(stage.door->health().detail.find("待命"), std::string::npos);
}

} // namespace
