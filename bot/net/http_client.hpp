#pragma once
#include "bot/net/http.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace bot::net {

struct ClientRequest {
    std::string method = "POST";
    std::string url; ///< http:// or https://
    Headers headers;
    std::string body;
    std::chrono::milliseconds timeout{15'000};
};

struct ClientResponse {
    unsigned status = 0;
    Headers headers;
    std::string body;
};

/// How a call failed decides whether it may be repeated.
struct ClientError {
    enum class Stage {
        before_write, ///< refused, unreachable, resolve, TLS: the request never left
        after_write,  ///< the request may have arrived: the outcome is unknown
    };
    Stage stage = Stage::before_write;
    error_code code;
};

struct ClientResult {
    std::optional<ClientResponse> response;
    ClientError error; ///< meaningful without `response`
};

/// A WebSocket that we open.
struct SocketRequest {
    std::string url; ///< ws:// or wss://
    Headers headers;
    std::chrono::milliseconds timeout{15'000};
    std::size_t most_bytes = 1024 * 1024; ///< of one message
};

struct SocketResult {
    std::shared_ptr<WebSocket> socket; ///< null: see below; used only on the executor it was opened on
    unsigned status = 0;               ///< what the server answered to the handshake; 0 = nothing
    std::string subprotocol;           ///< that the server chose
    error_code code;
};

/// Keep-alive HTTP/1.1 client. Connections are kept per (io_context, host) and used only on the context they
/// were made on; `call` may be awaited from any context. A kept connection that turns out closed before a
/// byte of the request was answered is replaced once only if the write itself failed (else `after_write`).
/// Redirects are never followed. TLS peers are verified against the system's roots.
class HttpClient {
public:
    HttpClient();
    ~HttpClient();
    asio::awaitable<ClientResult> call(ClientRequest request);
    asio::awaitable<SocketResult> open(SocketRequest request);

private:
    struct Impl;
    asio::ssl::context& tls();
    std::unique_ptr<Impl> impl_;
};

} // namespace bot::net
