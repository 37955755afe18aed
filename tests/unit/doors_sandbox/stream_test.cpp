#include "bot/doors/sandbox/door.hpp"
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace {

using namespace bot;
using doors::sandbox::Group;
using doors::sandbox::SandboxDoor;
using nlohmann::json;
using tcp = asio::ip::tcp;

asio::awaitable<std::optional<Reply>> stay_silent(Event)
{
    std::optional<Reply> reply;
    co_return reply;
}

std::vector<Group> one_group()
{
    Group group{"g", "群", {{"a", "小李", "member"}}, "courier", "mention"};
    return {group};
}

/// The door behind a real server on loopback.
struct House {
    House() : door("s", one_group(), clock, stay_silent)
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [this](net::HttpRequest request) { return serve(std::move(request)); }, nullptr);
        server->start();
    }

    asio::awaitable<net::HttpResponse> serve(net::HttpRequest request)
    {
        std::string action = request.path.substr(9);
        auto response = co_await door.serve(std::move(action), std::move(request));
        co_return response ? std::move(*response) : net::problem(404, "", "");
    }

    asio::io_context context{1};
    SystemClock clock;
    SandboxDoor door;
    std::unique_ptr<net::HttpServer> server;
};

asio::awaitable<void> say(House& house, std::string text)
{
    net::HttpRequest request;
    request.method = "POST";
    const json body{{"group", "g"}, {"person", "a"}, {"text", text}};
    request.body = body.dump();
    co_await house.door.serve("say", std::move(request));
}

/// An event stream, read as raw bytes.
class Page {
public:
    explicit Page(House& house) : socket_(house.context), port_(house.server->ports().front()) {}

    asio::awaitable<void> open(std::string headers)
    {
        const tcp::endpoint there(asio::ip::make_address("127.0.0.1"), port_);
        co_await socket_.async_connect(there, asio::use_awaitable);
        const std::string request = "GET /sandbox/events HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
        co_await asio::async_write(socket_, asio::buffer(request), asio::use_awaitable);
    }

    /// Everything so far, once it holds `words`.
    asio::awaitable<std::string> until(std::string words)
    {
        while (seen_.find(words) == std::string::npos) {
            char piece[4096];
            const std::size_t n = co_await socket_.async_read_some(asio::buffer(piece), asio::use_awaitable);
            seen_.append(piece, n);
        }
        co_return seen_;
    }

private:
    tcp::socket socket_;
    const std::uint16_t port_;
    std::string seen_;
};

asio::awaitable<void> new_lines_arrive(House& house)
{
    Page page(house);
    co_await page.open("");
    std::string head = co_await page.until("event: head");
    EXPECT_NE(head.find("text/event-stream"), std::string::npos);
    co_await say(house, "第一句");
    co_await page.until("第一句");
}

TEST(SandboxStream, NewLinesArrive)
{
    House house;
    testing_support::run_coro(house.context, new_lines_arrive(house));
}

asio::awaitable<void> resumes(House& house)
{
    co_await say(house, "第一句");
    Page before(house);
    co_await before.open("");
    const std::string seen = co_await before.until("第一句");
    const std::size_t at = seen.rfind("id: ") + 4;
    const std::string last = seen.substr(at, seen.find('\n', at) - at);
    co_await say(house, "离线时说的");
    Page after(house);
    co_await after.open("Last-Event-ID: " + last + "\r\n");
    const std::string resumed = co_await after.until("离线时说的");
    EXPECT_EQ(resumed.find("第一句"), std::string::npos);
}

TEST(SandboxStream, ResumesAfterTheLastEventId)
{
    House house;
    testing_support::run_coro(house.context, resumes(house));
}

asio::awaitable<void> tells_of_a_new_record(House& house)
{
    Page page(house);
    co_await page.open("");
    co_await page.until("\"record\":\"sandbox\"");
    net::HttpRequest request;
    request.method = "POST";
    request.body = R"({"record":"mention-only"})";
    co_await house.door.serve("limits", std::move(request));
    co_await page.until("\"record\":\"mention-only\"");
}

TEST(SandboxStream, TellsOfANewRecord)
{
    House house;
    testing_support::run_coro(house.context, tells_of_a_new_record(house));
}

} // namespace
