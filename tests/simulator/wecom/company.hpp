#pragma once
#include "tests/simulator/http_client.hpp"
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace simulator::wecom {

/// A company with one self-built application. Every group is a group of customers, owned by `owner0` …
/// `owner2` by its number, but for those whose id begins with `app`, which the application made. Customers
/// hear only what an owner taps.
class Company final : public Platform {
public:
    struct Account {
        std::string corp_id = "wwsimulated", secret, token, key;
        std::int64_t agent_id = 1000002;
    };

    Company(World& world, Account account) : world_(world), account_(std::move(account)) {}

    asio::awaitable<Response> serve(Request request) override;
    /// - `verify` {"url"}; `say` {"url","member","text"} or {"event","key"} or {"body"}; `sign`: good,
    /// forged;
    ///   `json`: the JSON flavour. → {"status","body","answer"}.
    /// - `tap` {"owner"}: the owner sends every task that waits for him. `tasks`: how they stand.
    /// - `tokens`: all tokens become invalid.
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    struct Task {
        std::string id, owner, text;
        std::vector<std::string> chats;
        std::int64_t made_us = 0, sent_us = 0;
        int reminders = 0;
        bool is_stopped = false;
    };

    Response lend(const Request& request);
    Response perform(const std::string& path, const std::string& raw);
    Response send_to_members(const nlohmann::json& body, const std::string& raw);
    Response send_to_group(const nlohmann::json& body, const std::string& raw);
    Response list_groups(const nlohmann::json& body);
    Response show_group(const nlohmann::json& body);
    Response make_task(const nlohmann::json& body);
    Response list_tasks(const nlohmann::json& body);
    Response show_members(const nlohmann::json& body);
    Response show_results(const nlohmann::json& body);
    Response end_task(const nlohmann::json& body, bool stops);
    Task* find(const nlohmann::json& body);
    nlohmann::json tap(const std::string& owner);
    asio::awaitable<nlohmann::json> say(nlohmann::json order);
    asio::awaitable<nlohmann::json> verify(nlohmann::json order);

    World& world_;
    const Account account_;
    std::string lent_;
    std::uint64_t lendings_ = 0, said_ = 0;
    std::vector<Task> tasks_;
    std::set<std::string> delivered_bodies_; ///< what the duplicate check remembers
};

} // namespace simulator::wecom
