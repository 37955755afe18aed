#include "tests/bench/messages.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

/// What the program is measured against: the least that any server in C++ has to do with a report. It reads
/// the request with Beast, checks the HMAC, parses the JSON, and answers always the same quick operation.
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_body_bytes = 64U * 1024U;
constexpr auto patience = std::chrono::seconds(60);
constexpr auto answer =
    "可以要。先收好考勤、转账和聊天记录，再到单位所在地的劳动保障监察大队投诉，也可以申请劳动仲裁，不收费。"
    "要签的材料都留一份复印件。\n\n还可以问：\n1 去哪里投诉\n2 要带什么\n3 "
    "多久有结果\n\n依据：《劳动法》第五十条";

bool is_signed(const std::string& secret, const Request& request)
{
    const std::string wanted = bench::signature(secret, request.body());
    const auto given = request["X-Signature"];
    return given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

Response respond(const std::string& secret, const Request& request)
{
    Response response(http::status::ok, request.version());
    response.keep_alive(request.keep_alive());
    if (!is_signed(secret, request)) {
        response.result(http::status::forbidden);
    } else {
        const auto payload = nlohmann::json::parse(request.body(), nullptr, false);
        if (payload.is_object() && payload.contains("message")) {
            response.set(http::field::content_type, "application/json; charset=utf-8");
            response.body() =
                nlohmann::json{{"reply", answer}, {"auto_escape", true}, {"at_sender", true}}.dump();
        } else {
            response.result(http::status::bad_request);
        }
    }
    response.prepare_payload();
    return response;
}

asio::awaitable<void> serve(tcp::socket socket, const std::string& secret)
{
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    for (;;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(most_body_bytes);
        stream.expires_after(patience);
        auto [read_error, read] = co_await http::async_read(stream, buffer, parser, as_values);
        if (read_error)
            co_return;
        const Response response = respond(secret, parser.get());
        auto [write_error, written] = co_await http::async_write(stream, response, as_values);
        if (write_error || !response.keep_alive())
            co_return;
    }
}

using Loops = std::vector<std::unique_ptr<asio::io_context>>;

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, Loops& loops, const std::string& secret)
{
    for (std::size_t next = 0;; ++next) {
        asio::io_context& loop = *loops[next % loops.size()];
        tcp::socket socket(loop);
        auto [ec] = co_await acceptor.async_accept(socket, as_values);
        if (ec)
            co_return;
        socket.set_option(tcp::no_delay(true), ec);
        asio::co_spawn(loop, serve(std::move(socket), secret), asio::detached);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::string secret = argc > 1 ? argv[1] : "";
    Loops loops;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
        loops.push_back(std::make_unique<asio::io_context>(1));
    asio::io_context& home = *loops.front();
    tcp::acceptor acceptor(home, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(home, accept_all(acceptor, loops, secret), asio::detached);
    asio::signal_set signals(home, SIGTERM, SIGINT);
    signals.async_wait([&loops](beast::error_code, int) {
        for (const auto& loop : loops)
            loop->stop();
    });
    std::cout << "listening http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    std::vector<std::thread> threads;
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
    for (const auto& loop : loops)
        guards.push_back(asio::make_work_guard(*loop));
    for (std::size_t i = 1; i < loops.size(); ++i)
        threads.emplace_back([&loops, i] { loops[i]->run(); });
    home.run();
    for (std::thread& thread : threads)
        thread.join();
}
