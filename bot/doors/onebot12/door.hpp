#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/onebot12/parse.hpp"
#include "bot/doors/onebot12/send.hpp"
#include "bot/doors/onebot12/sign.hpp"
#include "bot/net/echo_link.hpp"
#include "bot/net/hook.hpp"
#include "bot/net/http_client.hpp"
#include "bot/net/socket_keeper.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bot::doors::onebot12 {

struct Settings {
    std::string id;
    std::string access_token; ///< both directions; empty = not checked
    std::string api;          ///< address of the implementation's HTTP API, or empty
    std::string ws;           ///< the implementation's WebSocket that we connect to, or empty
    std::chrono::milliseconds call_timeout{20'000};
    double reconnect_factor = 1; ///< of the pauses between connections of ours; less in tests
};

/// The bots behind one OneBot 12 implementation: webhooks and WebSockets of either direction in, HTTP or the
/// same socket out. Several bots may share a connection; each chat is answered by the one that heard it.
/// Thread-safe.
class OneBot12Door final : public Door, public net::Hook {
public:
    OneBot12Door(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);
    /// Calls that still wait are forgotten; no loop may run any more.
    ~OneBot12Door() override;
    OneBot12Door(const OneBot12Door&) = delete;
    OneBot12Door& operator=(const OneBot12Door&) = delete;

    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    asio::awaitable<void> run() override;
    void stop() override;

    /// `POST /hooks/{account}`: 401 without the token or with a wrong one, 415 for MessagePack, 400 for what
    /// is no event, else 204, or 200 with the answer as an action where there is no other way to send it.
    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;
    asio::awaitable<net::UpgradeDecision> upgrade(net::HttpRequest request) override;

private:
    using Link = std::shared_ptr<net::EchoLink>;
    struct Answer {
        Transport transport = Transport::lost;
        unsigned status = 0;
        std::string body;
    };

    std::shared_ptr<const Settings> settings() const;
    Link newest_link() const;
    void note(const Heard& heard);

    std::optional<net::SocketRequest> dial() const;
    asio::awaitable<bool> serve_dialled(std::shared_ptr<net::WebSocket> socket);
    bool note_failure(const net::SocketResult& failure);
    asio::awaitable<void> run_link(std::shared_ptr<net::WebSocket> socket);
    void on_frame(Link link, std::string text);

    asio::awaitable<void> answer(Event event);
    asio::awaitable<void> deliver(Outgoing message);
    asio::awaitable<SendOutcome> send_part(Outgoing part, Self self);
    asio::awaitable<Answer> call(Outgoing message, Self self);

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    const EventHandler on_event_;
    Capabilities capabilities_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    std::vector<Link> links_;
    AccountHealth health_;
    std::string dial_trouble_; ///< why the last connection of ours did not come about
    std::atomic<bool> text_only_{false};
    Selves selves_;
    net::SocketKeeper keeper_;
};

} // namespace bot::doors::onebot12
