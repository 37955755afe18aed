#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/unit/net/raw_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace {

using namespace bot;
namespace asio = boost::asio;
using testing_support::patience;
using testing_support::RawClient;

/// A real server on loopback that answers with what it heard: `METHOD /path?query [body]`.
class Server {
public:
    explicit Server(net::ServerLimits limits = {}) : guard_(context_.get_executor())
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        options.limits = limits;
        server_ = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context_}, options,
            [this](net::HttpRequest request) { return answer(std::move(request)); }, net::UpgradeHandler());
        server_->start();
        port_ = server_->ports().front();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~Server() noexcept(false)
    {
        stop().wait();
        guard_.reset();
        context_.stop();
        thread_.join();
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    RawClient connect() const { return RawClient(port_); }

    /// What one peer gets to read that writes `bytes` and waits for the end.
    std::string say(std::string_view bytes) const
    {
        RawClient client(port_);
        client.write(bytes);
        return client.read_all();
    }

    std::future<void> stop() { return asio::co_spawn(context_, server_->stop(patience), asio::use_future); }

    /// Lets the handler of /held answer; before, it waits.
    void release()
    {
        asio::post(context_, [this] { held_.cancel(); });
    }
    std::future<void> held() { return entered_.get_future(); }
    std::size_t open_connections() const { return server_->open_connections(); }
    int answered() const { return answered_; }

private:
    asio::awaitable<net::HttpResponse> answer(net::HttpRequest request)
    {
        if (request.path == "/throws")
            throw std::runtime_error("broken");
        if (request.path == "/held") {
            entered_.set_value();
            co_await held_.async_wait(net::as_values);
        }
        ++answered_;
        const std::string query = request.query.empty() ? "" : "?" + request.query;
        net::HttpResponse response =
            net::text_response(200, request.method + " " + request.path + query + " [" + request.body + "]");
        if (request.path == "/stream")
            response.stream = two_pieces();
        co_return response;
    }

    static net::BodyStream two_pieces()
    {
        return [left = 2]() mutable -> asio::awaitable<std::string> {
            co_return left-- > 0 ? std::string("piece") : std::string();
        };
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    asio::steady_timer held_{context_, asio::steady_timer::time_point::max()};
    std::promise<void> entered_;
    std::atomic<int> answered_{0};
    std::unique_ptr<net::HttpServer> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

std::string status_of(const std::string& answer)
{
    return answer.starts_with("HTTP/1.") && answer.size() > 12 ? answer.substr(9, 3) : "none: " + answer;
}

std::size_t count(const std::string& text, std::string_view part)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

struct Vector {
    const char* name;
    std::string bytes;
    std::string status;
};

/// After each of these the server must not believe what follows, so it answers once and closes.
const Vector refused[] = {
    {"length_and_chunked",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"chunked_and_length",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400"},
    {"two_lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
     "400"},
    {"same_length_twice", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
     "400"},
    {"list_of_lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello", "400"},
    {"length_with_a_sign", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello", "400"},
    {"length_below_zero", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\nhello", "400"},
    {"length_beyond_numbers", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
     "400"},
    {"unknown_coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nhello", "400"},
    {"chunked_is_not_last", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
     "400"},
    {"nearly_chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400"},
    {"bare_line_feeds", "GET / HTTP/1.1\nHost: h\n\n", "400"},
    {"bare_line_feed_in_headers", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", "400"},
    {"bare_line_feed_at_the_end", "GET / HTTP/1.1\r\nHost: h\r\n\n", "400"},
    {"bare_carriage_return", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", "400"},
    {"blank_before_the_colon", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello", "400"},
    {"nul_in_a_header", std::string("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 35), "400"},
    {"bad_chunk_size",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n", "400"},
    {"huge_chunk_size",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "400"},
    {"blank_lines_first", "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
    {"no_host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", "400"},
    {"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
    {"another_protocol", "\x16\x03\x01\x02 \r\n\r\n", "400"},
    {"future_version", "GET / HTTP/3.7\r\nHost: h\r\n\r\n", "400"},
    {"long_header", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17 * 1024, 'x') + "\r\n\r\n", "431"},
    {"long_address", "GET /" + std::string(17 * 1024, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n", "431"},
    {"headers_without_end", "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(17 * 1024, 'x'), "431"},
    {"hook_says_too_long", "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", "413"},
    {"hook_is_too_long",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'x'),
     "413"},
    {"chunks_are_too_long",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" +
         std::string(0x20000, 'x') + "\r\n0\r\n\r\n",
     "413"},
    {"body_is_too_long",
     "POST /api HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n" + std::string(4'000'000, 'x'), "413"},
};

class Refused : public testing::TestWithParam<Vector> {};

TEST_P(Refused, OnceAndCloses)
{
    const Server server;
    const std::string follower = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string answer = server.say(GetParam().bytes + follower);
    EXPECT_EQ(status_of(answer), GetParam().status);
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U) << answer;
    EXPECT_EQ(count(answer, "smuggled"), 0U) << answer;
    EXPECT_EQ(server.answered(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, Refused, testing::ValuesIn(refused),
                         [](const auto& one) { return std::string(one.param.name); });

const Vector served[] = {
    {"chunks",
     "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: "
     "close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n",
     "POST /a [abcde]"},
    {"chunked_in_capitals",
     "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
     "POST /a []"},
    {"old_version_closes", "GET /old HTTP/1.0\r\n\r\n", "GET /old []"},
    {"query_stays_raw", "GET /a%20b?x=%20 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
     "GET /a b?x=%20 []"},
    {"longest_hook",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 65536\r\n\r\n" +
         std::string(65536, 'x'),
     "x]"},
};

class Served : public testing::TestWithParam<Vector> {};

TEST_P(Served, AndClosed)
{
    const Server server;
    const std::string answer = server.say(GetParam().bytes);
    EXPECT_EQ(status_of(answer), "200");
    EXPECT_TRUE(answer.ends_with(GetParam().status)) << answer.substr(0, 500);
}

INSTANTIATE_TEST_SUITE_P(All, Served, testing::ValuesIn(served),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(HttpServer, AnswersAHundredPipelinedRequestsInOrder)
{
    const Server server;
    std::string requests, expected;
    for (int i = 0; i < 100; ++i) {
        const std::string body = std::to_string(i);
        requests += "POST /n HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                    (i == 99 ? "Connection: close\r\n" : "") + "\r\n" + body;
        expected += "POST /n [" + body + "]";
    }
    const std::string answers = server.say(requests);
    EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 100U);
    std::string bodies;
    for (std::size_t at = answers.find("POST /n"); at != std::string::npos;
         at = answers.find("POST /n", at + 1))
        bodies += answers.substr(at, answers.find(']', at) + 1 - at);
    EXPECT_EQ(bodies, expected);
}

TEST(HttpServer, AnswersAPeerThatWritesNoMore)
{
    const Server server;
    RawClient client = server.connect();
    client.write("GET /half HTTP/1.1\r\nHost: h\r\n\r\n");
    client.finish_writing();
    EXPECT_TRUE(client.read_all().ends_with("GET /half []"));
}

TEST(HttpServer, DropsAPeerThatStopsInsideARequest)
{
    const Server server;
    for (const char* start : {"GET /a HT", "GET /a HTTP/1.1\r\nHost: h\r\n",
                              "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"}) {
        RawClient client = server.connect();
        client.write(start);
        client.finish_writing();
        EXPECT_EQ(count(client.read_all(), "200 OK"), 0U);
    }
    EXPECT_EQ(server.answered(), 0);
}

TEST(HttpServer, SendsNoBodyForHead)
{
    const Server server;
    const std::string answer = server.say("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(answer), "200");
    EXPECT_NE(answer.find("Content-Length: 9"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServer, TellsAWaitingPeerToContinue)
{
    const Server server;
    RawClient client = server.connect();
    client.write("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: "
                 "close\r\n\r\n");
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 100 "));
    client.write("hello");
    EXPECT_TRUE(client.read_all().ends_with("POST /a [hello]"));
}

TEST(HttpServer, TellsAWaitingPeerAtOnceThatItsBodyIsTooLong)
{
    const Server server;
    RawClient client = server.connect();
    client.write(
        "POST /hooks/a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
    EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), "413");
}

TEST(HttpServer, RefusesAnExpectationItDoesNotKnow)
{
    const Server server;
    EXPECT_EQ(
        status_of(server.say("POST /a HTTP/1.1\r\nHost: h\r\nExpect: cake\r\nContent-Length: 1\r\n\r\nx")),
        "417");
}

TEST(HttpServer, StreamsInChunksAndToOldPeersWithout)
{
    const Server server;
    EXPECT_TRUE(server.say("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
                    .ends_with("5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n"));
    EXPECT_TRUE(server.say("GET /stream HTTP/1.0\r\n\r\n").ends_with("\r\n\r\npiecepiece"));
}

TEST(HttpServer, OutlivesAHandlerThatThrows)
{
    const Server server;
    const std::string answer = server.say(
        "GET /throws HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(answer), "500");
    EXPECT_TRUE(answer.ends_with("GET /a []")) << answer;
}

net::ServerLimits impatient()
{
    net::ServerLimits limits;
    limits.header_timeout = limits.body_timeout = limits.idle_timeout = std::chrono::milliseconds(50);
    return limits;
}

TEST(HttpServer, DropsPeersThatKeepItWaiting)
{
    const Server server(impatient());
    EXPECT_EQ(server.say(""), "");
    EXPECT_EQ(server.say("GET / HTT"), "");
    EXPECT_EQ(server.say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel"), "");
    EXPECT_TRUE(server.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("GET /a []"));
}

TEST(HttpServer, ServesHonestPeersBesideManySlowOnes)
{
    const Server server;
    std::vector<RawClient> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(server.connect());
        slow.back().write("GET / HTTP/1.1\r\nX-Slow: ");
    }
    EXPECT_TRUE(server.say("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").ends_with("GET /a []"));
}

/// Both ends of every connection are files of this process.
void allow_files(rlim_t wanted)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(HttpServer, Takes512ConnectionsFromOneAddressAndNoMore)
{
    allow_files(2048);
    const Server server;
    constexpr std::size_t most = 512;
    std::vector<RawClient> peers;
    for (std::size_t i = 0; i < most; ++i) {
        peers.push_back(server.connect());
        peers.back().write("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_EQ(status_of(peers.back().read_until("[]")), "200");
    }
    EXPECT_EQ(server.open_connections(), most);
    EXPECT_EQ(server.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), "");
    peers[7].finish_writing();
    EXPECT_EQ(peers[7].read_all(), "");
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (server.open_connections() == most && std::chrono::steady_clock::now() < give_up)
        std::this_thread::yield();
    EXPECT_EQ(status_of(server.say("GET /a HTTP/1.0\r\n\r\n")), "200");
}

TEST(HttpServer, FinishesTheRequestInFlightBeforeItStops)
{
    Server server;
    RawClient idle = server.connect(), busy = server.connect();
    idle.write("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    idle.read_until("[]");
    auto entered = server.held();
    busy.write("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_EQ(entered.wait_for(patience), std::future_status::ready);
    auto stopped = server.stop();
    EXPECT_EQ(idle.read_all(), "");
    EXPECT_THROW(server.connect(), std::runtime_error);
    server.release();
    EXPECT_TRUE(busy.read_all().ends_with("GET /held []"));
    ASSERT_EQ(stopped.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(server.open_connections(), 0U);
}

} // namespace
