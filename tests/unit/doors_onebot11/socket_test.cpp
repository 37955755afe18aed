#include "bot/doors/onebot11/door.hpp"
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace {

using namespace bot;
using doors::onebot11::OneBot11Door;
using doors::onebot11::Settings;
using nlohmann::json;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

asio::awaitable<std::optional<Reply>> answer_all(Event event)
{
    std::optional<Reply> reply;
    if (event.kind == EventKind::message) {
        reply.emplace();
        reply->text = "答" + event.text;
    }
    co_return reply;
}

Settings with_token()
{
    Settings settings;
    settings.id = "a";
    settings.access_token = "tk-1";
    settings.call_timeout = std::chrono::milliseconds(500);
    return settings;
}

/// The door behind a real server, and an implementation that connects to it with Beast's own client.
struct House {
    House() : door(with_token(), client, clock, answer_all)
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [this](net::HttpRequest request) { return door.receive(std::move(request)); },
            [this](net::HttpRequest request) { return door.upgrade(std::move(request)); });
        server->start();
    }

    asio::io_context context{1};
    SystemClock clock;
    net::HttpClient client;
    OneBot11Door door;
    std::unique_ptr<net::HttpServer> server;
};

class Implementation {
public:
    explicit Implementation(House& house) : socket_(house.context), port_(house.server->ports().front()) {}

    asio::awaitable<error_code> connect(std::string token)
    {
        const asio::ip::tcp::endpoint there(asio::ip::make_address("127.0.0.1"), port_);
        auto [connect_ec] = co_await beast::get_lowest_layer(socket_).async_connect(there, net::as_values);
        EXPECT_FALSE(connect_ec);
        auto decorate = [token](websocket::request_type& request) {
            request.set("X-Self-ID", "1");
            request.set("X-Client-Role", "Universal");
            request.set("Authorization", "Bearer " + token);
        };
        websocket::stream_base::decorator decorator(decorate);
        socket_.set_option(std::move(decorator));
        const std::string host = "127.0.0.1", target = "/hooks/a";
        auto [ec] = co_await socket_.async_handshake(host, target, net::as_values);
        co_return ec;
    }

    asio::awaitable<void> write(std::string text)
    {
        auto [ec, n] = co_await socket_.async_write(asio::buffer(text), net::as_values);
        EXPECT_FALSE(ec);
    }

    asio::awaitable<json> read()
    {
        beast::flat_buffer buffer;
        auto [ec, n] = co_await socket_.async_read(buffer, net::as_values);
        EXPECT_FALSE(ec) << ec.message();
        co_return json::parse(beast::buffers_to_string(buffer.data()), nullptr, false);
    }

    asio::awaitable<error_code> read_end()
    {
        beast::flat_buffer buffer;
        auto [ec, n] = co_await socket_.async_read(buffer, net::as_values);
        co_return ec;
    }

    void drop() { beast::get_lowest_layer(socket_).close(); }

private:
    websocket::stream<beast::tcp_stream> socket_;
    std::uint16_t port_;
};

asio::awaitable<void> answers_over_the_socket(House& house)
{
    Implementation peer(house);
    EXPECT_FALSE(co_await peer.connect("tk-1"));
    co_await peer.write(
        R"({"time":1,"self_id":1,"post_type":"message","message_type":"group","message_id":9,"group_id":7,"user_id":42,"message":"问"})");
    const json call = co_await peer.read();
    EXPECT_EQ(call["action"], "send_group_msg");
    EXPECT_EQ(call["params"]["group_id"], 7);
    EXPECT_EQ(call["params"]["message"].back()["data"]["text"], " 答问");
}

TEST(OneBot11Socket, AnswersOverTheSocket)
{
    House house;
    testing_support::run_coro(house.context, answers_over_the_socket(house));
}

asio::awaitable<void> refuses_a_wrong_token(House& house)
{
    Implementation peer(house);
    EXPECT_EQ(co_await peer.connect("wrong"), make_error_code(websocket::error::upgrade_declined));
}

TEST(OneBot11Socket, RefusesAWrongToken)
{
    House house;
    testing_support::run_coro(house.context, refuses_a_wrong_token(house));
}

Outgoing notice()
{
    Outgoing message;
    message.chat.id = "7";
    message.text = "通知";
    return message;
}

/// Sends through the door while `peer` plays its part; the outcome lands in `outcome`.
void send_aside(House& house, std::optional<SendOutcome>& outcome)
{
    auto done = [&outcome](std::exception_ptr, SendOutcome got) { outcome = std::move(got); };
    asio::co_spawn(house.context, house.door.send(notice()), std::move(done));
}

asio::awaitable<void> until_set(House& house, std::optional<SendOutcome>& outcome)
{
    asio::steady_timer timer(house.context);
    while (!outcome) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(net::as_values);
    }
}

asio::awaitable<void> matches_answers_by_echo(House& house)
{
    Implementation peer(house);
    EXPECT_FALSE(co_await peer.connect("tk-1"));
    std::optional<SendOutcome> first, second;
    send_aside(house, first);
    send_aside(house, second);
    const json one = co_await peer.read();
    const json two = co_await peer.read();
    const auto reply = [](const json& call, int id) {
        return json{{"status", "ok"}, {"retcode", 0}, {"data", {{"message_id", id}}}, {"echo", call["echo"]}}
            .dump();
    };
    std::string late = reply(two, 22), early = reply(one, 11);
    co_await peer.write(std::move(late));
    co_await peer.write(std::move(early));
    co_await until_set(house, first);
    co_await until_set(house, second);
    EXPECT_EQ(first->platform_message_id, "11");
    EXPECT_EQ(second->platform_message_id, "22");
}

TEST(OneBot11Socket, MatchesAnswersByEcho)
{
    House house;
    testing_support::run_coro(house.context, matches_answers_by_echo(house));
}

asio::awaitable<void> a_lost_connection_leaves_the_result_unknown(House& house)
{
    Implementation peer(house);
    EXPECT_FALSE(co_await peer.connect("tk-1"));
    std::optional<SendOutcome> outcome;
    send_aside(house, outcome);
    co_await peer.read();
    peer.drop();
    co_await until_set(house, outcome);
    EXPECT_EQ(outcome->action, SendAction::unknown_result);
}

TEST(OneBot11Socket, ALostConnectionLeavesTheResultUnknown)
{
    House house;
    testing_support::run_coro(house.context, a_lost_connection_leaves_the_result_unknown(house));
}

asio::awaitable<void> silence_leaves_the_result_unknown(House& house)
{
    Implementation peer(house);
    EXPECT_FALSE(co_await peer.connect("tk-1"));
    std::optional<SendOutcome> outcome;
    send_aside(house, outcome);
    co_await until_set(house, outcome);
    EXPECT_EQ(outcome->action, SendAction::unknown_result);
}

TEST(OneBot11Socket, SilenceLeavesTheResultUnknown)
{
    House house;
    testing_support::run_coro(house.context, silence_leaves_the_result_unknown(house));
}

asio::awaitable<void> a_newer_connection_takes_over(House& house)
{
    Implementation older(house), newer(house);
    EXPECT_FALSE(co_await older.connect("tk-1"));
    EXPECT_FALSE(co_await newer.connect("tk-1"));
    EXPECT_EQ(co_await older.read_end(), make_error_code(websocket::error::closed));
    std::optional<SendOutcome> outcome;
    send_aside(house, outcome);
    const json call = co_await newer.read();
    EXPECT_EQ(call["action"], "send_group_msg");
    co_await until_set(house, outcome);
}

TEST(OneBot11Socket, ANewerConnectionTakesOver)
{
    House house;
    testing_support::run_coro(house.context, a_newer_connection_takes_over(house));
}

} // namespace
