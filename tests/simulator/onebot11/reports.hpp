#pragma once
#include "tests/simulator/http_client.hpp"
#include "tests/simulator/onebot11/actions.hpp"

#include <nlohmann/json.hpp>

namespace simulator::onebot11 {

/// HTTP POST reports: signs, sends, and obeys a quick operation in the answer as far as the dialect does.
class Reports {
public:
    Reports(World& world, Actions& actions, const Dialect& dialect, const Account& account)
        : world_(world), actions_(actions), dialect_(dialect), account_(account)
    {
    }

    /// Reports the bytes of `body` to `order["url"]`. `order["sign"]`: good (default), none, forged, tampered
    /// (the body changes after it was signed); `order["secret"]` instead of the account's. The result:
    /// status, body, error, applied.
    asio::awaitable<nlohmann::json> send(nlohmann::json order, std::string body);

private:
    Headers headers(const nlohmann::json& order, std::string& body) const;
    bool obey(const std::string& event, const std::string& answer);

    World& world_;
    Actions& actions_;
    const Dialect& dialect_;
    const Account& account_;
};

} // namespace simulator::onebot11
