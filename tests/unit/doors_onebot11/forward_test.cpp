#include "bot/doors/onebot11/door.hpp"
#include "tests/support/socket_peer.hpp"

#include <boost/asio/co_spawn.hpp>

namespace {

using namespace bot;
using testing_support::SocketPeer;
using testing_support::until;
namespace asio = boost::asio;

constexpr auto event =
    R"({"time":1,"self_id":1,"post_type":"message","message_type":"group","message_id":9,"group_id":7,"user_id":42,"message":"问"})";

asio::awaitable<std::optional<Reply>> answer_all(Event heard)
{
    std::optional<Reply> reply;
    if (heard.kind == EventKind::message) {
        reply.emplace();
        reply->text = "答";
    }
    co_return reply;
}

/// The door connects to an implementation.
struct Forward {
    Forward()
    {
        peer.token = "tk-1";
        peer.answer = [](const nlohmann::json& call) {
            return nlohmann::json{
                {"status", "ok"}, {"retcode", 0}, {"data", {{"message_id", 5}}}, {"echo", call["echo"]}}
                .dump();
        };
    }

    void open(const std::string& token = "tk-1")
    {
        doors::onebot11::Settings settings;
        settings.id = "a";
        settings.access_token = token;
        settings.ws = peer.url();
        settings.call_timeout = std::chrono::milliseconds(500);
        settings.reconnect_factor = 0.005;
        door = std::make_unique<doors::onebot11::OneBot11Door>(settings, client, clock, answer_all);
        asio::co_spawn(context, door->run(), [this](std::exception_ptr) { ended = true; });
    }

    void wait(std::function<bool()> look) { testing_support::run_coro(context, until(std::move(look))); }

    asio::io_context context{1};
    SystemClock clock;
    net::HttpClient client;
    SocketPeer peer{context};
    std::unique_ptr<doors::onebot11::OneBot11Door> door;
    bool ended = false;
};

TEST(OneBot11Forward, ConnectsAnswersAndSends)
{
    Forward forward;
    forward.open();
    forward.wait([&] { return forward.peer.is_open() && forward.door->health().can_send; });
    testing_support::run_coro(forward.context, [](Forward& one) -> asio::awaitable<void> {
        std::string text = event;
        co_await one.peer.socket->send(std::move(text));
    }(forward));
    forward.wait([&] { return !forward.peer.heard.empty(); });
    EXPECT_EQ(forward.peer.heard[0]["action"], "send_group_msg");
    Outgoing notice;
    notice.chat.id = "7";
    notice.text = "通知";
    EXPECT_EQ(testing_support::run_coro(forward.context, forward.door->send(notice)).platform_message_id,
              "5");
    EXPECT_TRUE(forward.door->health().connected);
}

TEST(OneBot11Forward, ComesAgainAfterALoss)
{
    Forward forward;
    forward.open();
    for (std::size_t times = 1; times <= 3; ++times) {
        forward.wait([&] { return forward.peer.is_open() && forward.peer.greetings.size() == times; });
        forward.peer.socket->drop();
        forward.wait([&] { return !forward.peer.is_open() || forward.peer.greetings.size() > times; });
    }
}

TEST(OneBot11Forward, SaysThatTheTokenIsWrongAndGoesOnTrying)
{
    Forward forward;
    forward.open("wrong");
    forward.wait([&] { return forward.peer.greetings.size() >= 2; });
    EXPECT_FALSE(forward.door->health().can_send);
    EXPECT_NE(forward.door->health().detail.find("access_token"), std::string::npos);
    doors::onebot11::Settings mended;
    mended.id = "a";
    mended.access_token = "tk-1";
    mended.ws = forward.peer.url();
    forward.door->configure(mended);
    forward.wait([&] { return forward.peer.is_open(); });
}

TEST(OneBot11Forward, StopsWhenTold)
{
    Forward forward;
    forward.open();
    forward.wait([&] { return forward.peer.is_open(); });
    forward.door->stop();
    forward.wait([&] { return forward.ended; });
}

TEST(OneBot11Forward, StopsWhileNobodyListens)
{
    Forward forward;
    doors::onebot11::Settings settings;
    settings.id = "a";
    settings.ws = "ws://127.0.0.1:1/";
    forward.door =
        std::make_unique<doors::onebot11::OneBot11Door>(settings, forward.client, forward.clock, answer_all);
    asio::co_spawn(forward.context, forward.door->run(), [&](std::exception_ptr) { forward.ended = true; });
    forward.wait([&] {
        return !forward.door->health().detail.empty() &&
               forward.door->health().detail.find("重试") != std::string::npos;
    });
    forward.door->stop();
    forward.wait([&] { return forward.ended; });
}

TEST(ReconnectPause, DoublesUpToAMinute)
{
    using std::chrono::milliseconds;
    EXPECT_EQ(net::reconnect_pause(1), milliseconds(1'000));
    EXPECT_EQ(net::reconnect_pause(3), milliseconds(4'000));
    EXPECT_EQ(net::reconnect_pause(50), milliseconds(60'000));
}

} // namespace
