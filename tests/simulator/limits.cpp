#include "tests/simulator/limits.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace simulator {

void Limits::set(const nlohmann::json& settings)
{
    std::vector<Limit> fresh;
    for (const auto& one : settings) {
        Limit limit;
        const std::string scope = one.at("scope").get<std::string>();
        if (scope != "account" && scope != "chat")
            throw std::invalid_argument("limits: scope is account or chat");
        limit.per_chat = scope == "chat";
        limit.count = one.at("count").get<std::size_t>();
        limit.window = std::chrono::milliseconds(one.at("window_ms").get<std::int64_t>());
        limit.penalty = std::chrono::milliseconds(one.value("penalty_ms", std::int64_t{0}));
        fresh.push_back(std::move(limit));
    }
    limits_ = std::move(fresh);
}

bool Limits::is_open(const Limit& limit, Window& window, Time now)
{
    if (now < window.penalty_ends) {
        ++refusals_in_penalty_;
        return false;
    }
    while (!window.passed.empty() && window.passed.front() + limit.window <= now)
        window.passed.pop_front();
    if (window.passed.size() < limit.count)
        return true;
    window.penalty_ends = now + limit.penalty;
    return false;
}

bool Limits::admit(const std::string& chat)
{
    const Time now = std::chrono::steady_clock::now();
    for (Limit& limit : limits_)
        if (!is_open(limit, limit.windows[limit.per_chat ? chat : ""], now)) {
            ++refusals_;
            return false;
        }
    for (Limit& limit : limits_)
        limit.windows[limit.per_chat ? chat : ""].passed.push_back(now);
    return true;
}

} // namespace simulator
