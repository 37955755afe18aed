#pragma once
#include "tests/simulator/platform.hpp"
#include "tests/simulator/web_socket_client.hpp"
#include "tests/simulator/world.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <set>
#include <string>

namespace simulator::onebot12 {

/// A OneBot 12 implementation with several bots: HTTP actions, webhooks, a reverse WebSocket. `self` must
/// name the bot that was heard in the group.
class OneBot12 final : public Platform {
public:
    OneBot12(asio::io_context& context, World& world, std::string token);

    asio::awaitable<Response> serve(Request request) override;
    /// - `say` {"group","text","self","mention"} and `url` (a webhook; `token` and `twice` = encoded twice
    /// may be
    ///   given), else over the socket.
    /// - `socket` {"url":"ws://…"}: opens it; gives the status, and whether the subprotocol came back.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    std::string event_of(const nlohmann::json& order);
    nlohmann::json perform(const nlohmann::json& action);
    asio::awaitable<nlohmann::json> say(nlohmann::json order);
    asio::awaitable<nlohmann::json> open(nlohmann::json order);
    asio::awaitable<void> converse(std::shared_ptr<WebSocketClient> client);

    asio::io_context& context_;
    World& world_;
    const std::string token_;
    std::set<std::pair<std::string, std::string>> members_; ///< bot and group
    std::shared_ptr<WebSocketClient> socket_;
    std::uint64_t next_ = 0;
};

} // namespace simulator::onebot12
