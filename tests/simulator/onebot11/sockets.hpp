#pragma once
#include "tests/simulator/onebot11/actions.hpp"
#include "tests/simulator/web_socket_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <map>
#include <memory>

namespace simulator::onebot11 {

/// One reverse WebSocket as an operator would configure it: connects, greets, beats, answers calls, comes
/// again.
class Socket : public std::enable_shared_from_this<Socket> {
public:
    struct Plan {
        std::string url;
        std::string role = "Universal";
        std::string authorization; ///< whole header; empty = none
        std::string user_agent;
        std::int64_t heartbeat_ms = 0; ///< 0 = none
        std::int64_t reconnect_ms = 0; ///< 0 = once only
    };

    Socket(asio::io_context& context, World& world, Actions& actions, const Dialect& dialect,
           const Account& account, Plan plan);

    /// Connects and stays until `stop`; `first` is called once, after the first attempt.
    static asio::awaitable<void> run(std::shared_ptr<Socket> self, std::function<void()> first);
    void send(std::string text);
    bool is_open() const { return open_; }
    bool hears() const { return plan_.role != "API"; } ///< events go this way
    /// Cuts the TCP connection; it comes again when the plan says so.
    void cut();
    /// Closes with 1000 and does not come again.
    void stop();
    /// No heartbeats any more.
    void fall_silent() { silent_ = true; }
    nlohmann::json show() const;

private:
    using Client = std::shared_ptr<WebSocketClient>;

    asio::awaitable<void> converse(Client client);
    static asio::awaitable<void> beat(std::shared_ptr<Socket> self, Client client);
    void on_frame(Client client, const std::string& text);
    void answer(Client client, const Fate& fate, std::string text);
    void hold_back(Client client, std::string text);
    void release(Client client);
    void later(std::chrono::milliseconds delay, std::function<void()> act);

    asio::io_context& context_;
    World& world_;
    Actions& actions_;
    const Dialect& dialect_;
    const Account& account_;
    const Plan plan_;
    Client client_;
    asio::steady_timer pause_;
    bool open_ = false, stopped_ = false, silent_ = false;
    unsigned status_ = 0; ///< of the last handshake
    std::uint64_t connects_ = 0, attempts_ = 0;
    std::vector<unsigned> closes_;                 ///< codes; 0 = the connection just broke
    std::vector<std::string> held_;                ///< answers that wait to leave in reverse
    std::vector<std::shared_ptr<Flight>> stalled_; ///< calls that are never answered
};

} // namespace simulator::onebot11
