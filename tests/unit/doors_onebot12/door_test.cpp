#include "bot/doors/onebot12/door.hpp"
#include "tests/support/socket_peer.hpp"

#include <boost/asio/co_spawn.hpp>

#include <random>
#include <set>

namespace {

using namespace bot;
using doors::onebot12::OneBot12Door;
using doors::onebot12::Settings;
using nlohmann::json;
using testing_support::run_coro;
using testing_support::SocketPeer;
using testing_support::until;
namespace asio = boost::asio;

std::string said(const std::string& id, const std::string& group = "g", const std::string& bot_id = "b")
{
    return json{{"id", "e" + id},    {"time", 1763800000.5},
                {"type", "message"}, {"detail_type", "group"},
                {"sub_type", ""},    {"self", {{"platform", "wechat"}, {"user_id", bot_id}}},
                {"message_id", id},  {"group_id", group},
                {"user_id", "u"},    {"message", {{{"type", "text"}, {"data", {{"text", "问"}}}}}}}
        .dump();
}

/// A door, and an implementation that it may call or connect to.
struct House {
    explicit House(std::function<void(Settings&, const SocketPeer&)> change = {})
    {
        Settings settings;
        settings.id = "a";
        settings.access_token = "t12";
        settings.call_timeout = std::chrono::milliseconds(500);
        settings.reconnect_factor = 0.005;
        if (change)
            change(settings, peer);
        door = std::make_unique<OneBot12Door>(settings, client, clock,
                                              [this](Event event) { return hear(std::move(event)); });
        peer.respond = [this](const net::HttpRequest& request) {
            calls.push_back(json::parse(request.body));
            const std::string body =
                script.empty()
                    ? R"({"status":"ok","retcode":0,"data":{"message_id":"m","time":1},"message":""})"
                    : script;
            return net::json_response(200, body);
        };
        peer.answer = [](const json& call) {
            return json{{"status", "ok"},
                        {"retcode", 0},
                        {"data", {{"message_id", "m"}}},
                        {"message", ""},
                        {"echo", call["echo"]}}
                .dump();
        };
    }

    net::HttpResponse post(const std::string& body, net::Headers headers = {{"Authorization", "Bearer t12"}})
    {
        net::HttpRequest request;
        request.method = "POST";
        request.body = body;
        request.headers = std::move(headers);
        net::HttpResponse response = run_coro(context, door->receive(std::move(request)));
        if (response.after)
            run_coro(context, response.after());
        return response;
    }

    SendOutcome notify(const std::string& group = "g")
    {
        Outgoing message;
        message.chat.id = group;
        message.text = "通知";
        return run_coro(context, door->send(std::move(message)));
    }

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        heard.push_back(event);
        std::optional<Reply> reply;
        if (event.kind == EventKind::message && !event.self) {
            reply.emplace();
            reply->text = "答";
        }
        co_return reply;
    }

    asio::io_context context{1};
    SystemClock clock;
    net::HttpClient client;
    SocketPeer peer{context};
    std::vector<Event> heard;
    std::vector<json> calls;
    std::string script; ///< what the HTTP API answers instead
    std::unique_ptr<OneBot12Door> door;
};

void over_http(Settings& settings, const SocketPeer& peer)
{
    settings.api = peer.url("http");
}

TEST(OneBot12Door, AnswersAWebhookByTheApi)
{
    House house(over_http);
    EXPECT_EQ(house.post(said("1")).status, 204U);
    ASSERT_EQ(house.calls.size(), 1U);
    EXPECT_EQ(house.calls[0]["action"], "send_message");
    EXPECT_EQ(house.calls[0]["self"]["user_id"], "b");
    EXPECT_EQ(house.calls[0]["params"]["message"][0]["data"]["user_id"], "u");
}

TEST(OneBot12Door, AnswersAWebhookByItsResponseWhereThereIsNoOtherWay)
{
    House house;
    const auto response = house.post(said("1"));
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(json::parse(response.body)[0]["params"]["group_id"], "g");
    EXPECT_EQ(house.notify().action, SendAction::retry);
    EXPECT_FALSE(house.door->health().can_send);
}

TEST(OneBot12Door, TakesJsonOnly)
{
    House house;
    EXPECT_EQ(
        house.post(said("1"), {{"Authorization", "Bearer t12"}, {"Content-Type", "application/msgpack"}})
            .status,
        415U);
    EXPECT_EQ(house.post(said("1"), {{"Authorization", "Bearer t12"}, {"X-OneBot-Version", "11"}}).status,
              400U);
    EXPECT_EQ(house.post("{").status, 400U);
    EXPECT_TRUE(house.heard.empty());
}

/// Each chat is answered by the bot that heard it; where nobody knows, nobody speaks.
TEST(OneBot12Door, SeveralBotsOnOneConnection)
{
    House house(over_http);
    house.post(said("1", "g1", "b1"));
    house.post(said("2", "g2", "b2"));
    EXPECT_TRUE(house.notify("g1").delivered());
    EXPECT_TRUE(house.notify("g2").delivered());
    ASSERT_EQ(house.calls.size(), 4U);
    EXPECT_EQ(house.calls[2]["self"]["user_id"], "b1");
    EXPECT_EQ(house.calls[3]["self"]["user_id"], "b2");
    EXPECT_EQ(house.notify("g3").action, SendAction::window_closed);
    EXPECT_EQ(house.calls.size(), 4U);
}

TEST(OneBot12Door, WhatThePeerCannotShowIsLeftOut)
{
    House house(over_http);
    house.script = R"({"status":"failed","retcode":10005,"data":null,"message":"unsupported segment"})";
    house.post(said("1"));
    house.script.clear();
    house.post(said("2"));
    ASSERT_EQ(house.calls.size(), 3U);
    EXPECT_EQ(house.calls[0]["params"]["message"].size(), 2U);
    EXPECT_EQ(house.calls[1]["params"]["message"].size(), 1U);
    EXPECT_EQ(house.calls[2]["params"]["message"].size(), 1U);
}

TEST(OneBot12Door, StatusTellsWhetherAnybodyIsOnline)
{
    House house(over_http);
    EXPECT_TRUE(house.door->health().connected);
    house.post(
        R"({"id":"s","time":1,"type":"meta","detail_type":"status_update","status":{"good":false,"bots":[{"self":{"platform":"w","user_id":"b"},"online":false}]}})");
    EXPECT_FALSE(house.door->health().connected);
    house.post(
        R"({"id":"s2","time":1,"type":"meta","detail_type":"status_update","status":{"good":true,"bots":[{"self":{"platform":"w","user_id":"b"},"online":true}]}})");
    EXPECT_TRUE(house.door->health().connected);
}

TEST(OneBot12Door, ConnectsToTheImplementationAndComesAgain)
{
    House house([](Settings& settings, const SocketPeer& peer) { settings.ws = peer.url(); });
    house.peer.token = "t12";
    bool ended = false;
    asio::co_spawn(house.context, house.door->run(), [&](std::exception_ptr) { ended = true; });
    run_coro(house.context, until([&] { return house.peer.is_open() && house.door->health().can_send; }));
    EXPECT_TRUE(house.notify().delivered());
    house.peer.socket->drop();
    run_coro(house.context, until([&] { return house.peer.is_open() && house.peer.greetings.size() == 2; }));
    house.door->stop();
    run_coro(house.context, until([&] { return ended; }));
}

/// The implementation connects to us: its subprotocol is named in the answer, events and calls share the
/// socket.
TEST(OneBot12Door, IsConnectedTo)
{
    House house;
    net::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    net::HttpServer server(
        {&house.context}, options,
        [&](net::HttpRequest request) { return house.door->receive(std::move(request)); },
        [&](net::HttpRequest request) { return house.door->upgrade(std::move(request)); });
    server.start();
    net::SocketRequest request;
    request.url = "ws://127.0.0.1:" + std::to_string(server.ports().front()) + "/hooks/a";
    request.headers = {{"Sec-WebSocket-Protocol", "12.test"}, {"Authorization", "Bearer wrong"}};
    EXPECT_EQ(run_coro(house.context, house.client.open(request)).status, 401U);
    request.headers[0].second = "11.test";
    request.headers[1].second = "Bearer t12";
    EXPECT_EQ(run_coro(house.context, house.client.open(request)).status, 400U);
    request.headers[0].second = "12.test";
    const auto opened = run_coro(house.context, house.client.open(request));
    ASSERT_TRUE(opened.socket) << opened.status << opened.code.message();
    EXPECT_EQ(opened.subprotocol, "12.test");
    ASSERT_TRUE(run_coro(house.context, opened.socket->send(said("1"))));
    const auto call = run_coro(house.context, opened.socket->receive());
    ASSERT_TRUE(call);
    EXPECT_EQ(json::parse(*call)["action"], "send_message");
    run_coro(house.context, server.stop(std::chrono::milliseconds(100)));
}

/// Ten thousand reports of somebody who does not know the token: none is heard.
TEST(OneBot12Door, TenThousandForgedReportsActOnNothing)
{
    House house(over_http);
    std::mt19937 random(12);
    const auto below = [&random](std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
    };
    for (int i = 0; i < 10'000; ++i) {
        std::string token = "t12";
        token[below(3)] = static_cast<char>('A' + below(26));
        net::Headers headers;
        switch (below(5)) {
        case 0: break;
        case 1: headers.emplace_back("Authorization", "Bearer " + token); break;
        case 2: headers.emplace_back("Authorization", "Bearer t1"); break;
        case 3: headers.emplace_back("Authorization", "Basic t12"); break;
        default: headers.emplace_back("X-Access-Token", "t12"); break;
        }
        EXPECT_EQ(house.post(said(std::to_string(i)), std::move(headers)).status, 401U);
    }
    EXPECT_TRUE(house.heard.empty());
    EXPECT_TRUE(house.calls.empty());
}

} // namespace
