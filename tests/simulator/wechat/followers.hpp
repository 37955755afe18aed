#pragma once
#include "tests/simulator/http_client.hpp"
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

#include <map>
#include <string>

namespace simulator::wechat {

/// What the console of an official account shows.
struct Account {
    std::string app_id = "wxsimulated";
    std::string secret, token, key;
    std::string mode = "safe"; ///< plain, compat or safe
};

/// An official account and its followers: calls back like the platform, three times within 5 s each, obeys
/// the answer, lends tokens and takes service messages within each person's allowance.
class Followers final : public Platform {
public:
    Followers(World& world, Account account) : world_(world), account_(std::move(account)) {}

    asio::awaitable<Response> serve(Request request) override;
    /// - `verify` {"url"}: the GET of the console; {"status","body","ok"}.
    /// - `say` {"url","person","text"} or {"event","key"}; `sign`: good (default), forged, plain (the
    /// encryption
    ///   stripped), `patience_ms` (5000), `tries` (3), `body` instead. → {"status","tries","answer"}.
    /// - `tokens` {}: all tokens become invalid. `rights` {"service":false}: no service messages.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    struct Allowance {
        int left = 0;
        std::int64_t until_us = 0;
    };

    Response lend(const std::string& raw);
    Response service_message(const Request& request);
    std::string callback_body(const nlohmann::json& order);
    std::string with_query(const nlohmann::json& order, std::string& body);
    asio::awaitable<nlohmann::json> verify(nlohmann::json order);
    asio::awaitable<nlohmann::json> say(nlohmann::json order);
    std::string obey(const std::string& person, const std::string& body);

    World& world_;
    const Account account_;
    std::string lent_;
    std::uint64_t lendings_ = 0, said_ = 0;
    bool service_ = true;
    std::map<std::string, Allowance> allowances_;
};

} // namespace simulator::wechat
