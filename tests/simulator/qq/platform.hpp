#pragma once
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace simulator::qq {

struct Account {
    std::string app_id;
    std::string secret;
};

/// The official QQ platform towards one bot: lends tokens, takes messages, posts signed events. Strict: a
/// pair of message and number is taken once, answers only to what was said within five minutes and five
/// times, nothing unasked where the group does not let the bot.
class Official final : public Platform {
public:
    Official(World& world, Account account);

    asio::awaitable<Response> serve(Request request) override;
    /// - `say` {"url","group" or "user","text"}: somebody speaks; `type`, `id`, `d` (fields over it) may be
    /// given.
    ///   `sign` = "good", "none", "forged" (another key), "tampered" (body changed after signing), `age_s` of
    ///   the timestamp, `app_id` of the header.
    /// - `tell` {"url","type","group" or "user"}: any other event.
    /// - `replay` {"url","said":3}: the same bytes and headers again. - `validate` {"url"}: op 13, checked.
    /// - `rules` {"pushes":true,"answers":5,"window_ms":300000,"domains":["example.org"],"markdown":true,
    ///   "review":true}: what the platform allows.
    /// - `tokens` {"expires_in":7200,"revoke":true}. - `refusals`: code → how often.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    struct Window {
        std::string chat;
        std::int64_t until_us = 0;
        std::map<std::int64_t, std::string> used; ///< number → content
    };
    struct Said {
        std::string body;
        Headers headers;
    };

    Response lend(const Request& request);
    Response refuse(unsigned status, std::int64_t code, const std::string& message);
    Response take(const std::string& chat, const nlohmann::json& message);
    std::optional<Response> check(const std::string& chat, const nlohmann::json& message);
    std::optional<Response> check_window(const std::string& chat, const nlohmann::json& message,
                                         const std::string& to);
    nlohmann::json event_of(const nlohmann::json& order);
    Headers sign(const std::string& body, const nlohmann::json& order) const;
    asio::awaitable<nlohmann::json> emit(nlohmann::json order, Said said);
    asio::awaitable<nlohmann::json> validate(nlohmann::json order);
    void set_rules(const nlohmann::json& order);

    World& world_;
    const Account account_;
    std::set<std::string> tokens_;
    std::string newest_token_;
    std::int64_t newest_until_us_ = 0;
    std::int64_t expires_in_ = 7200;
    std::map<std::string, Window> windows_; ///< by message or event id
    std::set<std::string> objecting_;       ///< groups that switched pushes off
    bool pushes_ = false, markdown_ = false, review_ = false;
    std::size_t answers_ = 5;
    std::int64_t window_us_ = 300'000'000;
    std::vector<std::string> domains_;
    std::vector<Said> said_;
    std::map<std::string, std::uint64_t> refusals_;
    std::uint64_t next_ = 0;
};

} // namespace simulator::qq
