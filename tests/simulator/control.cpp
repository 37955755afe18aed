#include "tests/simulator/control.hpp"

#include <nlohmann/json.hpp>

namespace simulator {

using nlohmann::json;

asio::awaitable<Response> Control::serve(Request request)
{
    std::string what = request.path.substr(std::min(request.path.size(), std::string("/control/").size()));
    json order = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
    Response response;
    try {
        const auto result = co_await obey(std::move(what), std::move(order));
        response = result ? json_response(200, result->dump()) : json_response(404, "{}");
    } catch (const std::exception& error) {
        const json problem{{"error", error.what()}};
        response = json_response(400, problem.dump());
    }
    co_return response;
}

asio::awaitable<std::optional<json>> Control::obey(std::string what, json order)
{
    std::optional<json> result = look(what, order);
    if (result)
        co_return result;
    result = json::object();
    if (what == "faults")
        world_.faults.set(order);
    else if (what == "limits")
        world_.limits.set(order);
    else if (what == "groups")
        world_.chats.set(order);
    else if (what == "refuse")
        server_->refuse_for(std::chrono::milliseconds(order.at("ms").get<std::int64_t>()));
    else if (what == "cut")
        server_->cut();
    else
        result = co_await platform_.control(std::move(what), std::move(order));
    co_return result;
}

std::optional<json> Control::look(const std::string& what, const json& order) const
{
    if (what == "totals")
        return totals();
    if (what == "per_chat")
        return json(world_.ledger.per_chat());
    if (what == "messages")
        return messages(order.at("chat").get<std::string>());
    if (what == "accepted_at")
        return json(world_.ledger.accepted_at_us());
    return std::nullopt;
}

json Control::totals() const
{
    return {{"accepted", world_.ledger.accepted()},
            {"chats", world_.ledger.reached()},
            {"extra", world_.ledger.extra()},
            {"in_flight", world_.in_flight},
            {"most_in_flight", world_.most_in_flight},
            {"refusals", world_.limits.refusals()},
            {"refusals_in_penalty", world_.limits.refusals_in_penalty()},
            {"unauthorised", world_.unauthorised},
            {"faults", world_.faults.struck()},
            {"connections_ever", server_->connections_ever()},
            {"connections_open", server_->connections_open()}};
}

json Control::messages(const std::string& chat) const
{
    json list = json::array();
    if (const auto* entries = world_.ledger.chat(chat))
        for (const Entry& one : *entries)
            list.push_back({{"at_us", one.at_us},
                            {"message_id", one.id},
                            {"user", one.user},
                            {"via", one.via},
                            {"deleted", one.deleted},
                            {"message", json::parse(world_.ledger.content(one.content))}});
    return list;
}

} // namespace simulator
