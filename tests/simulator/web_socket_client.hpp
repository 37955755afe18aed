#pragma once
#include "tests/simulator/http.hpp"

namespace simulator {

/// One WebSocket that we opened. Lives on the loop it is used from.
class WebSocketClient {
public:
    WebSocketClient(asio::any_io_executor executor);
    ~WebSocketClient();

    /// 101 when it is open; the HTTP status of the refusal; 0 when nobody answered.
    asio::awaitable<unsigned> connect(std::string url, Headers headers, std::chrono::milliseconds timeout);
    /// The next text; nothing when the connection is over.
    asio::awaitable<std::optional<std::string>> read();
    /// Queues a text; what is queued when the connection ends is lost.
    void send(std::string text);
    void close(unsigned code);
    /// Ends the TCP connection without a closing handshake.
    void reset();
    /// The code with which the peer closed; 0 while open or when it just vanished.
    unsigned close_code() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace simulator
