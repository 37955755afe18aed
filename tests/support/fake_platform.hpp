#pragma once
#include "bot/net/http_server.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace testing_support {

/// A platform's API on loopback that answers as a test says and keeps what it was asked. Lives on the loop
/// that the test runs.
class FakePlatform {
public:
    using Answering = std::function<std::string(const bot::net::HttpRequest&)>;

    FakePlatform(boost::asio::io_context& context, Answering answering) : answering_(std::move(answering))
    {
        bot::net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        options.limits.body_bytes = options.limits.hook_body_bytes = 16 * 1024 * 1024;
        server_ = std::make_unique<bot::net::HttpServer>(
            std::vector<boost::asio::io_context*>{&context}, options,
            [this](bot::net::HttpRequest request) { return answer(std::move(request)); },
            [](bot::net::HttpRequest) -> boost::asio::awaitable<bot::net::UpgradeDecision> {
                co_return bot::net::UpgradeDecision();
            });
        server_->start();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->ports().front()); }
    const std::vector<bot::net::HttpRequest>& asked() const { return asked_; }
    /// How many calls went to that path.
    int count(const std::string& path) const
    {
        int found = 0;
        for (const auto& one : asked_)
            found += one.path == path ? 1 : 0;
        return found;
    }

private:
    boost::asio::awaitable<bot::net::HttpResponse> answer(bot::net::HttpRequest request)
    {
        bot::net::HttpResponse response = bot::net::json_response(200, answering_(request));
        asked_.push_back(std::move(request));
        co_return response;
    }

    Answering answering_;
    std::vector<bot::net::HttpRequest> asked_;
    std::unique_ptr<bot::net::HttpServer> server_;
};

} // namespace testing_support
