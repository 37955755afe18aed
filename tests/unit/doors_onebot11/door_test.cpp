#include "bot/doors/onebot11/door.hpp"
#include "bot/net/http_server.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>

namespace {

using namespace bot;
using doors::onebot11::OneBot11Door;
using doors::onebot11::Settings;

constexpr auto event_body =
    R"({"time":1763800000,"self_id":1,"post_type":"message","message_type":"group","message_id":9,"group_id":7,"user_id":42,"message":"问"})";

asio::awaitable<std::optional<Reply>> answer_all(int* heard, Event)
{
    ++*heard;
    Reply reply;
    reply.text = "答";
    co_return reply;
}

/// A door behind a real server on loopback.
struct House {
    explicit House(Settings settings)
        : door(std::move(settings), client, clock,
               [this](Event event) { return answer_all(&heard, std::move(event)); })
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [this](net::HttpRequest request) { return door.receive(std::move(request)); },
            [this](net::HttpRequest request) { return door.upgrade(std::move(request)); });
        server->start();
    }

    net::ClientResponse post(const std::string& body, net::Headers headers)
    {
        net::ClientRequest request;
        request.url = "http://127.0.0.1:" + std::to_string(server->ports().front()) + "/hooks/a";
        request.headers = std::move(headers);
        request.body = body;
        const net::ClientResult result = testing_support::run_coro(context, client.call(std::move(request)));
        EXPECT_TRUE(result.response.has_value()) << result.error.code.message();
        return result.response.value_or(net::ClientResponse());
    }

    asio::io_context context{1};
    SystemClock clock;
    net::HttpClient client;
    int heard = 0;
    OneBot11Door door;
    std::unique_ptr<net::HttpServer> server;
};

Settings signed_settings()
{
    Settings settings;
    settings.id = "a";
    settings.secret = "s3cret";
    return settings;
}

TEST(OneBot11Door, AnswersASignedEventByQuickOperation)
{
    House house(signed_settings());
    const auto response =
        house.post(event_body, {{"X-Signature", doors::onebot11::signature("s3cret", event_body)}});
    EXPECT_EQ(response.status, 200U);
    EXPECT_NE(response.body.find("\"reply\":\"答\""), std::string::npos);
    EXPECT_EQ(house.heard, 1);
}

TEST(OneBot11Door, ForgedEventsActOnNothing)
{
    House house(signed_settings());
    EXPECT_EQ(house.post(event_body, {}).status, 401U);
    EXPECT_EQ(
        house.post(event_body, {{"X-Signature", "sha1=0000000000000000000000000000000000000000"}}).status,
        403U);
    EXPECT_EQ(house.heard, 0);
}

TEST(OneBot11Door, BrokenJsonIs400)
{
    House house(signed_settings());
    EXPECT_EQ(house.post("{", {{"X-Signature", doors::onebot11::signature("s3cret", "{")}}).status, 400U);
    EXPECT_EQ(house.heard, 0);
}

TEST(OneBot11Door, ABodyOverTheLimitIs413)
{
    House house(signed_settings());
    EXPECT_EQ(house.post(std::string(70'000, 'x'), {}).status, 413U);
    EXPECT_EQ(house.heard, 0);
}

TEST(OneBot11Door, SendingWithoutAConnectionMayBeRetried)
{
    House house(signed_settings());
    Outgoing message;
    message.chat.id = "7";
    message.text = "通知";
    const SendOutcome outcome = testing_support::run_coro(house.context, house.door.send(message));
    EXPECT_EQ(outcome.action, SendAction::retry);
}

} // namespace
