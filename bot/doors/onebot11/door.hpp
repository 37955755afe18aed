#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/onebot11/link.hpp"
#include "bot/net/hook.hpp"
#include "bot/net/http_client.hpp"
#include "bot/net/socket_keeper.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bot::doors::onebot11 {

enum class ReplyVia { automatic, quick, api };

struct Settings {
    std::string id;
    std::string secret;       ///< HTTP signature; empty = not checked
    std::string access_token; ///< both directions
    std::string api;          ///< base address of the implementation's HTTP API, or empty
    std::string ws;           ///< the implementation's WebSocket that we connect to, or empty
    ReplyVia reply_via = ReplyVia::automatic;
    std::chrono::milliseconds call_timeout{20'000};
    double reconnect_factor = 1; ///< of the pauses between connections of ours; less in tests
};

/// One QQ account behind a OneBot 11 implementation: HTTP reports and WebSockets of either direction in, HTTP
/// API or the same socket out. Thread-safe.
class OneBot11Door final : public Door, public net::Hook {
public:
    OneBot11Door(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);
    /// Calls that still wait are forgotten; no loop may run any more.
    ~OneBot11Door() override;
    OneBot11Door(const OneBot11Door&) = delete;
    OneBot11Door& operator=(const OneBot11Door&) = delete;

    /// Fresh settings for what comes from now on; the id stays.
    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t since_ms) override;
    std::vector<std::string> split(const std::string& text) const override;
    asio::awaitable<void> run() override;
    void stop() override;

    /// `POST /hooks/{account}`: 401 without the signature, 403 with a wrong one, 400 for what is no event,
    /// else 204 or 200 with a quick operation.
    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;
    /// WebSocket upgrade on the same address.
    asio::awaitable<net::UpgradeDecision> upgrade(net::HttpRequest request) override;

private:
    std::optional<net::SocketRequest> dial() const;
    asio::awaitable<bool> serve_dialled(std::shared_ptr<net::WebSocket> socket);
    bool note_failure(const net::SocketResult& failure);
    asio::awaitable<void> run_link(std::shared_ptr<net::WebSocket> socket, Handshake handshake);
    asio::awaitable<void> on_frame(std::shared_ptr<Link> link, std::string text);
    asio::awaitable<void> answer(Event event);
    asio::awaitable<void> deliver(Outgoing message);
    asio::awaitable<SendOutcome> send_part(Outgoing part);
    asio::awaitable<Answer> call(Call call);
    std::shared_ptr<Link> api_link() const;
    void note_event(const Event& event);

    std::shared_ptr<const Settings> settings() const;

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    const EventHandler on_event_;
    Capabilities capabilities_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    std::vector<std::shared_ptr<Link>> links_;
    AccountHealth health_;
    bool online_ = true;
    std::string dial_trouble_; ///< why the last connection of ours did not come about
    net::SocketKeeper keeper_;
};

} // namespace bot::doors::onebot11
