#include "bot/doors/satori/door.hpp"
#include "tests/support/socket_peer.hpp"

#include <boost/asio/co_spawn.hpp>

#include <random>

namespace {

using namespace bot;
using doors::satori::SatoriDoor;
using doors::satori::Settings;
using nlohmann::json;
using testing_support::run_coro;
using testing_support::SocketPeer;
using testing_support::until;
namespace asio = boost::asio;

json said(const std::string& id, int sn = 7, bool direct = false)
{
    return {{"sn", sn},
            {"type", "message-created"},
            {"timestamp", 1763800000123},
            {"login", {{"platform", "wechat"}, {"user", {{"id", "b"}}}}},
            {"channel", {{"id", direct ? "dm:u" : "g"}, {"type", direct ? 1 : 0}}},
            {"user", {{"id", "u"}}},
            {"message", {{"id", id}, {"content", "问"}}}};
}

/// A door, and a server whose events it takes and whose calls it makes.
struct House {
    explicit House(std::function<void(Settings&)> change = {})
    {
        Settings settings;
        settings.id = "a";
        settings.api = peer.url("http");
        settings.token = "tk";
        settings.call_timeout = std::chrono::milliseconds(500);
        settings.reconnect_factor = 0.005;
        if (change)
            change(settings);
        door = std::make_unique<SatoriDoor>(settings, client, clock,
                                            [this](Event event) { return hear(std::move(event)); });
        peer.respond = [](const net::HttpRequest& request) {
            return net::json_response(200, request.path == "/v1/user.channel.create"
                                               ? R"({"id":"dm:new","type":1})"
                                               : R"([{"id":"out"}])");
        };
        peer.answer = [](const json& frame) -> std::string {
            if (frame["op"] == 3)
                return R"({"op":4,"body":{"logins":[{"sn":1,"platform":"wechat","status":1,"user":{"id":"b"}}],"proxy_urls":[]}})";
            return frame["op"] == 1 ? R"({"op":2,"body":{}})" : "";
        };
    }

    void open()
    {
        asio::co_spawn(context, door->run(), [this](std::exception_ptr) { ended = true; });
        wait([this] { return door->health().connected; });
    }
    void wait(std::function<bool()> look) { run_coro(context, until(std::move(look))); }

    void say(json body)
    {
        ASSERT_TRUE(run_coro(context, peer.socket->send(json{{"op", 0}, {"body", std::move(body)}}.dump())));
    }

    net::HttpResponse post(const std::string& body, net::Headers headers)
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

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        heard.push_back(event);
        std::optional<Reply> reply;
        if (event.kind == EventKind::message && !event.self) {
            reply.emplace();
            reply->text = "答<3";
        }
        co_return reply;
    }

    asio::io_context context{1};
    SystemClock clock;
    net::HttpClient client;
    SocketPeer peer{context};
    std::vector<Event> heard;
    bool ended = false;
    std::unique_ptr<SatoriDoor> door;
};

TEST(SatoriDoor, GreetsHearsAndAnswers)
{
    House house;
    house.open();
    EXPECT_EQ(house.peer.heard[0], json::parse(R"({"op":3,"body":{"token":"tk"}})"));
    house.say(said("1"));
    house.wait([&] { return !house.peer.requests.empty(); });
    EXPECT_EQ(house.peer.requests[0].path, "/v1/message.create");
    EXPECT_EQ(net::header(house.peer.requests[0].headers, "Satori-User-ID"), "b");
    EXPECT_EQ(json::parse(house.peer.requests[0].body),
              json::parse(R"({"channel_id":"g","content":"<at id=\"u\"/> 答&lt;3"})"));
}

TEST(SatoriDoor, ResumesAfterALoss)
{
    House house;
    house.open();
    house.say(said("1", 41));
    house.wait([&] { return house.heard.size() == 1; });
    house.peer.socket->drop();
    house.wait([&] { return house.peer.greetings.size() == 2 && house.door->health().connected; });
    EXPECT_EQ(house.peer.heard.back()["body"]["sn"], 41);
}

TEST(SatoriDoor, AWrongTokenIsNotTriedAgain)
{
    House house;
    house.open();
    run_coro(house.context, house.peer.socket->close(4004, "wrong token"));
    house.wait([&] { return !house.door->health().connected; });
    EXPECT_NE(house.door->health().detail.find("token"), std::string::npos);
    Settings mended;
    mended.id = "a";
    mended.api = house.peer.url("http");
    mended.token = "tk2";
    house.door->configure(mended);
    house.wait([&] { return house.door->health().connected; });
    EXPECT_EQ(house.peer.greetings.size(), 2U);
    EXPECT_EQ(house.peer.heard.back()["body"]["token"], "tk2");
}

TEST(SatoriDoor, PingsAndLeavesASilentPeer)
{
    House house([](Settings& settings) {
        settings.ping_every = std::chrono::milliseconds(10);
        settings.dead_after = std::chrono::milliseconds(200);
    });
    house.open();
    house.wait([&] { return house.peer.heard.size() >= 3; });
    EXPECT_EQ(house.peer.heard[1], json::parse(R"({"op":1,"body":{}})"));
    const auto answer = std::exchange(house.peer.answer, nullptr);
    house.wait([&] { return house.peer.greetings.size() >= 2; });
}

TEST(SatoriDoor, PrivateAnswersGoToTheChannelThatIsKnownOrAskedFor)
{
    House house;
    house.open();
    house.say(said("1", 1, true));
    house.wait([&] { return !house.peer.requests.empty(); });
    EXPECT_EQ(json::parse(house.peer.requests[0].body)["channel_id"], "dm:u");
    Outgoing message;
    message.chat = {ChatType::direct, "stranger"};
    message.text = "你好";
    EXPECT_TRUE(run_coro(house.context, house.door->send(message)).delivered());
    EXPECT_TRUE(run_coro(house.context, house.door->send(message)).delivered());
    ASSERT_EQ(house.peer.requests.size(), 4U) << "asked for once";
    EXPECT_EQ(house.peer.requests[1].path, "/v1/user.channel.create");
    EXPECT_EQ(json::parse(house.peer.requests[3].body)["channel_id"], "dm:new");
}

TEST(SatoriDoor, HearsWebhooksOfBothGenerations)
{
    House house([](Settings& settings) { settings.webhook_token = "wh"; });
    EXPECT_EQ(house.post(said("1").dump(), {{"Authorization", "Bearer wh"}, {"Satori-Opcode", "0"}}).status,
              204U);
    EXPECT_EQ(house.post(said("2").dump(), {{"Authorization", "Bearer wh"}, {"X-Platform", "wechat"}}).status,
              204U);
    EXPECT_EQ(
        house.post(R"({"proxy_urls":[]})", {{"Authorization", "Bearer wh"}, {"Satori-Opcode", "5"}}).status,
        204U);
    EXPECT_EQ(house.post("{", {{"Authorization", "Bearer wh"}}).status, 400U);
    EXPECT_EQ(house.heard.size(), 2U);
    EXPECT_EQ(house.peer.requests.size(), 2U);
}

TEST(SatoriDoor, StopsWhenTold)
{
    House house;
    house.open();
    house.door->stop();
    house.wait([&] { return house.ended; });
}

/// Ten thousand webhooks of somebody who does not know the token, also where none is set: none is heard.
TEST(SatoriDoor, TenThousandForgedWebhooksActOnNothing)
{
    House house([](Settings& settings) { settings.webhook_token = "wh-secret"; });
    House closed;
    std::mt19937 random(5);
    for (int i = 0; i < 10'000; ++i) {
        std::string token = "wh-secret";
        token[random() % token.size()] = static_cast<char>('A' + random() % 26);
        net::Headers headers;
        if (i % 4 != 0)
            headers.emplace_back("Authorization", i % 4 == 1   ? "Bearer "
                                                  : i % 4 == 2 ? "Bearer " + token
                                                               : "wh-secret");
        House& one = i % 2 == 0 ? house : closed;
        EXPECT_EQ(one.post(said(std::to_string(i)).dump(), std::move(headers)).status, 401U);
    }
    EXPECT_TRUE(house.heard.empty());
    EXPECT_TRUE(closed.heard.empty());
}

} // namespace
