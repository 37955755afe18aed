#pragma once
#include "bot/doors/qq/door.hpp"
#include "bot/net/http_server.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// What the tests of the door share: a platform that keeps its promises, and a door that speaks to it.
namespace qq_test {

namespace asio = boost::asio;
using namespace bot;
using doors::qq::QqDoor;
using nlohmann::json;

constexpr std::int64_t now = 1'763'800'000'000;
constexpr auto secret = "0123456789abcdef0123456789abcdef";

/// The platform behind a real server on loopback: lends tokens, takes each pair of message and number once,
/// and says what its script says first.
class Platform {
public:
    explicit Platform(asio::io_context& context)
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server_ = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [this](net::HttpRequest request) { return serve(std::move(request)); },
            [](net::HttpRequest) -> asio::awaitable<net::UpgradeDecision> {
                net::UpgradeDecision decision;
                decision.refusal = net::problem(404, "", "");
                co_return decision;
            });
        server_->start();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->ports().front()); }

    struct Script {
        unsigned status;
        std::string body;
        bool is_taken = false; ///< the message was shown all the same
    };
    std::deque<Script> script;
    std::vector<json> messages; ///< as they came
    std::vector<std::string> paths;
    std::set<std::string> shown; ///< what people saw, by message and number
    std::vector<std::string> shown_texts;
    int tokens_lent = 0;
    std::string token_body; ///< instead of a token
    std::string good_token;

private:
    asio::awaitable<net::HttpResponse> serve(net::HttpRequest request)
    {
        if (request.path == "/token") {
            ++tokens_lent;
            good_token = "token-" + std::to_string(tokens_lent);
            std::string lent = R"({"access_token":")" + good_token + R"(","expires_in":"7200"})";
            co_return net::json_response(200, token_body.empty() ? lent : token_body);
        }
        if (net::header(request.headers, "Authorization") != "QQBot " + good_token)
            co_return net::json_response(401, R"({"code":11244,"message":"token not exist or expire"})");
        paths.push_back(request.method + " " + request.path);
        if (!request.path.ends_with("/messages"))
            co_return net::json_response(200, "{}");
        co_return take(json::parse(request.body));
    }

    net::HttpResponse take(const json& message)
    {
        messages.push_back(message);
        Script next{200, "", true};
        if (!script.empty()) {
            next = script.front();
            script.pop_front();
        }
        if (!next.is_taken)
            return net::json_response(next.status, next.body);
        const std::string to = message.value("msg_id", message.value("event_id", ""));
        if (!to.empty() && !shown.insert(to + "/" + std::to_string(message.value("msg_seq", 1))).second)
            return net::json_response(400, R"({"code":40054005,"message":"duplicate"})");
        shown_texts.push_back(message.contains("markdown") ? message["markdown"]["content"]
                                                           : message["content"]);
        if (next.status != 200)
            return net::json_response(next.status, next.body);
        return net::json_response(200, R"({"id":"ROBOT1.0_out)" + std::to_string(messages.size()) +
                                           R"(","timestamp":"x"})");
    }

    std::unique_ptr<net::HttpServer> server_;
};

/// A door in front of that platform.
struct House {
    explicit House(std::function<void(doors::qq::Settings&)> change = {})
    {
        doors::qq::Settings settings(secret);
        settings.id = "a";
        settings.app_id = "11";
        settings.api = platform.url();
        settings.token_url = platform.url() + "/token";
        if (change)
            change(settings);
        door = std::make_unique<QqDoor>(std::move(settings), client, clock,
                                        [this](Event event) { return hear(std::move(event)); });
        clock.advance_ms(1'000); // what is said from now on was said while the door was open
    }

    /// Posts what the platform signed, and does the work that follows.
    net::HttpResponse post(const std::string& body, net::Headers headers)
    {
        net::HttpRequest request;
        request.method = "POST";
        request.body = body;
        request.headers = std::move(headers);
        net::HttpResponse response = testing_support::run_coro(context, door->receive(std::move(request)));
        if (response.after)
            testing_support::run_coro(context, response.after());
        return response;
    }

    net::HttpResponse post(const std::string& body) { return post(body, sign(body)); }

    net::Headers sign(const std::string& body, const std::string& with = secret) const
    {
        const std::string timestamp = std::to_string(clock.now_ms() / 1000);
        return {{"X-Signature-Timestamp", timestamp},
                {"X-Signature-Ed25519", doors::qq::Signer(with).sign(timestamp + body)},
                {"X-Bot-Appid", "11"}};
    }

    std::string message(const std::string& id, const std::string& text = "问",
                        const std::string& group = "G") const
    {
        return json{{"op", 0},
                    {"id", "GROUP_AT_MESSAGE_CREATE:" + id},
                    {"t", "GROUP_AT_MESSAGE_CREATE"},
                    {"d",
                     {{"id", id},
                      {"author", {{"member_openid", "A"}}},
                      {"content", text},
                      {"group_openid", group},
                      {"timestamp", std::to_string(clock.now_ms() / 1000)}}}}
            .dump();
    }

    std::string told(const std::string& type, const std::string& id, const std::string& group = "G") const
    {
        return json{{"op", 0},
                    {"id", type + ":" + id},
                    {"t", type},
                    {"d", {{"group_openid", group}, {"timestamp", clock.now_ms() / 1000}}}}
            .dump();
    }

    /// As the postman sends a notice.
    SendOutcome notify(const std::string& text, const std::string& group = "G")
    {
        Outgoing notice = a_notice(text, group);
        notice.dedupe_handle = door->fix_handle(notice);
        return send(notice);
    }

    SendOutcome send(Outgoing message)
    {
        return testing_support::run_coro(context, door->send(std::move(message)));
    }

    static Outgoing a_notice(const std::string& text, const std::string& group = "G")
    {
        Outgoing notice;
        notice.chat.id = group;
        notice.text = text;
        return notice;
    }

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        heard.push_back(event);
        std::optional<Reply> reply;
        if (event.kind == EventKind::message && !answer.empty()) {
            reply.emplace();
            reply->text = answer;
        }
        co_return reply;
    }

    asio::io_context context{1};
    ManualClock clock{now};
    net::HttpClient client;
    Platform platform{context};
    std::vector<Event> heard;
    std::string answer = "答";
    std::unique_ptr<QqDoor> door;
};

} // namespace qq_test
