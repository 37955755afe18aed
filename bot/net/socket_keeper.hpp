#pragma once
#include "bot/net/bell.hpp"
#include "bot/net/http_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace bot::net {

/// 1 s, 2 s, 4 s … up to a minute, after so many failures in a row.
std::chrono::milliseconds reconnect_pause(int failures);

/// Keeps one connection open from our side: dials, lets `serve` own the socket, and dials again after a pause
/// that grows while it fails. `run` once; `stop` and `redial` from any thread.
class SocketKeeper {
public:
    /// Where to; nothing: not now (asked again at `redial`).
    using Dial = std::function<std::optional<SocketRequest>()>;
    /// Owns the connection until it ends. False: it must not be dialled again before `redial`.
    using Serve = std::function<asio::awaitable<bool>(std::shared_ptr<WebSocket>)>;
    /// Told when dialling failed. False as above.
    using OnFailure = std::function<bool(const SocketResult&)>;

    SocketKeeper(HttpClient& client, Dial dial, Serve serve, OnFailure on_failure);

    asio::awaitable<void> run();
    void stop();
    /// The settings changed: ends the connection and dials at once.
    void redial();
    /// What a pause is multiplied by; for tests.
    void scale_pauses(double factor) { factor_ = factor; }

private:
    struct Shared;
    asio::awaitable<bool> try_once(int& failures);
    asio::awaitable<void> rest(std::chrono::milliseconds pause);

    HttpClient& client_;
    const Dial dial_;
    const Serve serve_;
    const OnFailure on_failure_;
    std::shared_ptr<Shared> shared_;
    double factor_ = 1;
};

} // namespace bot::net
