#pragma once
#include "bot/core/clock.hpp"
#include "bot/doors/tencent/answer.hpp"
#include "bot/doors/tencent/promise.hpp"
#include "bot/net/socket_keeper.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bot::doors::wecom_bot {

namespace asio = boost::asio;

struct LineSettings {
    std::string url; ///< ws:// or wss://; empty: there is no long connection
    std::string bot_id, secret;
    std::chrono::milliseconds ping_every{30'000};
    std::chrono::milliseconds answer_within{5'000};
    std::chrono::milliseconds stand_by{5 * 60'000}; ///< after another node took over
};

/// The long connection: subscribes, pings, hands callbacks on, and matches answers to calls by `req_id`. A
/// connection that a newer one replaced stands by for a while instead of taking it back at once. Thread-safe.
class Line {
public:
    /// A callback: its command, `req_id` and body. On the line's executor; must not wait.
    using OnCallback = std::function<void(std::string command, std::string request_id, nlohmann::json body)>;
    using GetSettings = std::function<LineSettings()>;

    Line(net::HttpClient& client, GetSettings settings, OnCallback on_callback);

    asio::awaitable<void> run();
    void stop();
    /// The settings changed.
    void redial();

    bool is_open() const;
    /// What is wrong, in plain Chinese; empty when nothing is.
    std::string trouble() const;
    /// Another node has the connection now: nobody here takes it back for a while.
    void yield_to_newer();

    /// One call and its answer; may be awaited from any executor.
    asio::awaitable<tencent::Answer> call(std::string frame, std::string request_id);
    std::string new_request_id();

private:
    using Waiting = std::shared_ptr<tencent::Promised<tencent::Answer>>;

    asio::awaitable<bool> serve(std::shared_ptr<net::WebSocket> socket);
    asio::awaitable<void> subscribe(std::shared_ptr<net::WebSocket> socket);
    asio::awaitable<void> keep_alive(std::shared_ptr<net::WebSocket> socket);
    static asio::awaitable<void> write(std::shared_ptr<net::WebSocket> socket, std::string text,
                                       Waiting waiting);
    void take_frame(const std::string& text);
    void end_all();
    void set_trouble(std::string words);

    const GetSettings settings_;
    const OnCallback on_callback_;
    mutable std::mutex mutex_;
    std::shared_ptr<net::WebSocket> socket_;
    std::map<std::string, Waiting> waiting_;
    std::string trouble_;
    bool is_subscribed_ = false, is_locked_out_ = false, is_taken_over_ = false, stopping_ = false;
    std::uint64_t next_request_ = 0;
    std::shared_ptr<net::Bell> bell_;
    std::optional<asio::any_io_executor> home_;
    net::SocketKeeper keeper_;
};

} // namespace bot::doors::wecom_bot
