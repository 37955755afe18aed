#pragma once
#include "tests/simulator/http_client.hpp"
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace simulator::wecom {

/// A smart bot on callbacks: JSON, sealed for nobody, streams asked for piece by piece, reply addresses that
/// take one answer within the hour.
class SmartBot final : public Platform {
public:
    struct Account {
        std::string bot_id = "AIBsimulated", token, key;
    };

    SmartBot(World& world, Account account) : world_(world), account_(std::move(account)) {}

    asio::awaitable<Response> serve(Request request) override;
    /// - `verify` {"url"}.
    /// - `say` {"url","person","text"} with `chat` for a group, or {"event"}; `sign`: good, forged; `base`:
    /// our
    ///   own address, for reply addresses; `poll_ms` (300) and `polls` (600) until the stream is finished.
    ///   → {"status","answer","pieces","finished","code"}.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    Response late_answer(const Request& request);
    asio::awaitable<nlohmann::json> verify(nlohmann::json order);
    asio::awaitable<nlohmann::json> say(nlohmann::json order);
    asio::awaitable<nlohmann::json> call_back(std::string url, nlohmann::json payload, std::string sign);
    nlohmann::json callback(const nlohmann::json& order, const std::string& code);

    World& world_;
    const Account account_;
    std::uint64_t said_ = 0;
    std::map<std::string, std::string> codes_; ///< reply code → chat; gone when used
};

} // namespace simulator::wecom
