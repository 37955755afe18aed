#pragma once
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace simulator::satori {

/// A Satori server that sends its events as webhooks: message.create and user.channel.create, strict about
/// the token, the headers that name the bot, and markup.
class Server final : public Platform {
public:
    Server(World& world, std::string token, std::string webhook_token);

    asio::awaitable<Response> serve(Request request) override;
    /// `say` {"url","group","text"}: somebody speaks; `token` of the webhook and `older` (headers of before)
    /// may be given.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    Response create(const nlohmann::json& body);
    asio::awaitable<nlohmann::json> say(nlohmann::json order);

    World& world_;
    const std::string token_, webhook_token_;
    std::int64_t next_ = 0;
};

} // namespace simulator::satori
