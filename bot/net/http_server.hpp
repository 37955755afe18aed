#pragma once
#include "bot/net/http.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bot::net {

struct ServerLimits {
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 1024 * 1024;    ///< any address
    std::size_t hook_body_bytes = 64 * 1024; ///< below /hooks/
    std::size_t socket_message_bytes = 1024 * 1024;
    std::size_t connections = 4096;
    std::size_t connections_per_ip = 512;
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds write_timeout{30'000};
    std::size_t drain_bytes = 8 * 1024 * 1024; ///< read and dropped after a refusal, so that it is heard
    std::chrono::milliseconds drain_timeout{5'000};
};

struct ServerOptions {
    std::vector<std::string> listen;          ///< "127.0.0.1:8080", "[::1]:8080"; port 0 picks one
    std::string tls_cert, tls_key;            ///< PEM files; both empty = plain
    std::vector<std::string> trusted_proxies; ///< addresses whose X-Forwarded-For is believed
    ServerLimits limits;
};

/// Accepts on `contexts[0]` and hands each connection to the contexts in turn (one thread each): a connection
/// lives on one context, so sessions need no strand. Handlers are awaited on the connection's context.
/// An exception of a handler becomes a 500 problem and a log line.
class HttpServer {
public:
    HttpServer(std::vector<asio::io_context*> contexts, ServerOptions options, RequestHandler on_request,
               UpgradeHandler on_upgrade);
    ~HttpServer();

    /// Binds and starts accepting; throws std::system_error when an address is taken or a TLS file is bad.
    void start();
    /// The bound ports, in the order of `listen`.
    std::vector<std::uint16_t> ports() const;
    /// Takes no new connections; those that are there go on. On `contexts[0]`.
    void stop_accepting();
    /// Stops accepting, lets requests in flight (and `after` work) finish for `grace`, then cuts them. Await
    /// on `contexts[0]`. WebSockets are closed with 1001 at once.
    asio::awaitable<void> stop(std::chrono::milliseconds grace);
    std::size_t open_connections() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bot::net
