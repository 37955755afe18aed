#pragma once
#include "tests/simulator/onebot11/actions.hpp"
#include "tests/simulator/onebot11/reports.hpp"
#include "tests/simulator/onebot11/sockets.hpp"
#include "tests/simulator/platform.hpp"

namespace simulator::onebot11 {

/// OneBot 11 with all its transports towards a bot: HTTP API, HTTP reports, reverse WebSockets.
class OneBot11 final : public Platform {
public:
    OneBot11(asio::io_context& context, World& world, const Dialect& dialect, Account account);

    asio::awaitable<Response> serve(Request request) override;
    /// - `say`: an event goes out; what `message_event` reads, or nothing; `event` has fields over it (null
    ///   removes), or `body` the raw bytes. Like `replay` {"said":3}, the same bytes again, it takes `url`
    ///   (an HTTP report, see `Reports::send`) or `socket` (else the newest that hears events).
    /// - `sockets` {"url":"ws://…"}: opens a reverse WebSocket; role, token, scheme, heartbeat_ms and
    ///   reconnect_ms (0 = never) may be given. Without `url`: tells of all.
    /// - `sockets/N/cut` breaks one, `stop` closes it for good, `silence` ends its heartbeats.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    std::optional<Response> refuse(const Request& request);
    Response perform(const std::string& action, nlohmann::json params);
    asio::awaitable<nlohmann::json> say(nlohmann::json order);
    asio::awaitable<nlohmann::json> emit(nlohmann::json order, std::string body);
    asio::awaitable<nlohmann::json> open_socket(nlohmann::json order);
    nlohmann::json socket_order(const std::string& what);
    std::shared_ptr<Socket> hearing_socket() const;

    asio::io_context& context_;
    World& world_;
    const Dialect& dialect_;
    const Account account_;
    Actions actions_;
    Reports reports_;
    std::vector<std::string> said_; ///< bodies of all events, for replays
    std::vector<std::shared_ptr<Socket>> sockets_;
};

} // namespace simulator::onebot11
