#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/core/selves.hpp"
#include "bot/doors/satori/gateway.hpp"
#include "bot/doors/satori/parse.hpp"
#include "bot/doors/satori/send.hpp"
#include "bot/net/hook.hpp"
#include "bot/net/http_client.hpp"
#include "bot/net/socket_keeper.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bot::doors::satori {

struct Settings {
    std::string id;
    std::string api;           ///< base address of the implementation
    std::string token;         ///< of its API and its event socket
    std::string webhook_token; ///< events come as webhooks that carry it; empty = by the event socket
    std::chrono::milliseconds call_timeout{20'000};
    std::chrono::milliseconds ping_every = satori::ping_every;
    std::chrono::milliseconds dead_after = satori::dead_after;
    double reconnect_factor = 1; ///< of the pauses between connections; less in tests
};

/// The bots behind one Satori server: events over the socket that we open or as webhooks, calls over HTTP.
/// Thread-safe.
class SatoriDoor final : public Door, public net::Hook {
public:
    SatoriDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);

    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    asio::awaitable<void> run() override;
    void stop() override;

    /// `POST /hooks/{account}`: 401 without the webhook's token or with a wrong one, 400 for what is no
    /// event.
    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;

private:
    /// What came back for one call.
    struct Answer {
        Transport transport = Transport::lost;
        unsigned status = 0;
        std::string body;
    };
    struct Pulse; ///< of one connection

    std::shared_ptr<const Settings> settings() const;
    void note(const Heard& heard);
    std::optional<net::SocketRequest> dial() const;
    asio::awaitable<bool> serve(std::shared_ptr<net::WebSocket> socket);
    bool note_failure(const net::SocketResult& failure);
    bool note_end(unsigned close_code);
    static asio::awaitable<void> beat(std::shared_ptr<Pulse> pulse);
    void on_frame(net::WebSocket& socket, const std::string& text);
    asio::awaitable<void> answer(Event event);
    asio::awaitable<void> deliver(Outgoing message);
    asio::awaitable<SendOutcome> send_part(Outgoing part, Self self, std::string channel);
    asio::awaitable<std::string> channel_for(Chat chat, Self self);
    asio::awaitable<Answer> call(Call call, Self self);

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    const EventHandler on_event_;
    Capabilities capabilities_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    AccountHealth health_;
    bool is_ready_ = false;                       ///< the socket is open and the server has greeted us
    std::string trouble_;                         ///< why there is no connection
    std::optional<std::int64_t> last_sn_;         ///< up to which everything was seen
    std::map<std::string, std::string> channels_; ///< person → the channel of a private chat
    Selves selves_;
    net::SocketKeeper keeper_;
};

} // namespace bot::doors::satori
