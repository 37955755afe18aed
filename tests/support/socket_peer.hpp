#pragma once
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace testing_support {

namespace asio = boost::asio;

/// Waits on the loop until `look` is true.
inline asio::awaitable<void> until(std::function<bool()> look)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!look()) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(bot::net::as_values);
    }
}

/// A peer that we connect to by WebSocket: it keeps what it hears and says what the test wants.
class SocketPeer {
public:
    explicit SocketPeer(asio::io_context& context)
    {
        bot::net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server_ = std::make_unique<bot::net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [this](bot::net::HttpRequest request) { return serve(std::move(request)); },
            [this](bot::net::HttpRequest request) { return greet(std::move(request)); });
        server_->start();
    }

    std::string url(const std::string& scheme = "ws") const
    {
        return scheme + "://127.0.0.1:" + std::to_string(server_->ports().front());
    }

    bool is_open() const { return socket != nullptr; }

    std::string token;                            ///< asked of whoever connects; empty = nobody is asked
    std::vector<bot::net::HttpRequest> greetings; ///< upgrade requests as they came
    std::vector<bot::net::HttpRequest> requests;  ///< other requests
    std::vector<nlohmann::json> heard;            ///< frames
    std::function<std::string(const nlohmann::json&)> answer; ///< to a frame; empty text = none
    std::function<bot::net::HttpResponse(const bot::net::HttpRequest&)> respond;
    std::shared_ptr<bot::net::WebSocket> socket; ///< while somebody is connected

private:
    asio::awaitable<bot::net::HttpResponse> serve(bot::net::HttpRequest request)
    {
        requests.push_back(request);
        co_return respond ? respond(request) : bot::net::text_response(404, "");
    }

    asio::awaitable<bot::net::UpgradeDecision> greet(bot::net::HttpRequest request)
    {
        greetings.push_back(request);
        bot::net::UpgradeDecision decision;
        if (!token.empty() && bot::net::header(request.headers, "Authorization") != "Bearer " + token)
            decision.refusal = bot::net::problem(401, "", "");
        else
            decision.run = [this](std::shared_ptr<bot::net::WebSocket> one) { return run(std::move(one)); };
        co_return decision;
    }

    asio::awaitable<void> run(std::shared_ptr<bot::net::WebSocket> one)
    {
        socket = one;
        for (;;) {
            const auto text = co_await one->receive();
            if (!text)
                break;
            heard.push_back(nlohmann::json::parse(*text, nullptr, false));
            std::string said = answer ? answer(heard.back()) : std::string();
            if (!said.empty())
                co_await one->send(std::move(said));
        }
        socket.reset();
    }

    std::unique_ptr<bot::net::HttpServer> server_;
};

} // namespace testing_support
