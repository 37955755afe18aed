#include "tests/simulator/onebot11/platform.hpp"

#include "tests/simulator/onebot11/events.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/beast/core/string.hpp>

#include <stdexcept>

namespace simulator::onebot11 {
namespace {

using nlohmann::json;

Response empty(unsigned status)
{
    Response response;
    response.status = status;
    return response;
}

/// The token of `Authorization` or of the query; nothing when neither is there.
std::optional<std::string> given_token(const Request& request)
{
    const std::string_view given = header(request.headers, "Authorization");
    const std::size_t blank = given.find(' ');
    if (blank != std::string_view::npos && boost::beast::iequals(given.substr(0, blank), "Bearer"))
        return std::string(given.substr(blank + 1));
    return query_value(request.query, "access_token");
}

/// Replaces what `changes` names; null removes.
void override_with(json& event, const json& changes)
{
    for (const auto& [key, value] : changes.items())
        if (value.is_null())
            event.erase(key);
        else
            event[key] = value;
}

void ignore_end(std::exception_ptr) {}

} // namespace

OneBot11::OneBot11(asio::io_context& context, World& world, const Dialect& dialect, Account account)
    : context_(context), world_(world), dialect_(dialect), account_(std::move(account)),
      actions_(world, dialect, account_), reports_(world, actions_, dialect, account_)
{
}

std::optional<Response> OneBot11::refuse(const Request& request)
{
    const auto token = account_.token.empty() ? account_.token : given_token(request);
    if (token == account_.token)
        return std::nullopt;
    ++world_.unauthorised;
    const unsigned status = token && !token->empty() ? 403 : dialect_.no_token_status;
    return dialect_.refusal_envelope ? json_response(status, refusal(1403, "token验证失败")) : empty(status);
}

asio::awaitable<Response> OneBot11::serve(Request request)
{
    auto refused = refuse(request);
    if (refused)
        co_return std::move(*refused);
    if (request.method != "POST" && (request.method != "GET" || dialect_.strict_http))
        co_return empty(405);
    std::string action = request.path.substr(1);
    if (dialect_.trailing_slash && action.ends_with("/"))
        action.pop_back();
    const bool is_json = header(request.headers, "Content-Type").starts_with("application/json");
    if (!is_json && !request.body.empty() && dialect_.strict_http)
        co_return empty(406);
    json params = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
    if (params.is_discarded())
        co_return json_response(400, refusal(1400, "请求体不是 JSON"));
    co_return perform(action, std::move(params));
}

Response OneBot11::perform(const std::string& action, json params)
{
    auto flight = std::make_shared<Flight>(world_);
    const Outcome outcome = actions_.perform(action, std::move(params), "http");
    Response response = json_response(200, envelope(dialect_, Wire::http, outcome, nullptr));
    response.flight = std::move(flight);
    response.delay = outcome.fate.delay;
    using Kind = Fate::Kind;
    if (outcome.fate.kind == Kind::drop_before || outcome.fate.kind == Kind::drop_answer)
        response.ending = Response::Ending::reset;
    if (outcome.fate.kind == Kind::stall || outcome.fate.kind == Kind::stall_before)
        response.ending = Response::Ending::hold;
    return response;
}

asio::awaitable<std::optional<json>> OneBot11::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "say")
        result = co_await say(std::move(order));
    else if (what == "replay") {
        std::string body = said_.at(order.at("said").get<std::size_t>());
        result = co_await emit(std::move(order), std::move(body));
    } else if (what == "sockets" && order.is_object() && order.contains("url"))
        result = co_await open_socket(std::move(order));
    else if (what.starts_with("sockets"))
        result = socket_order(what);
    co_return result;
}

/// An event goes out: by HTTP report when `url` is given, else over the newest socket that hears.
asio::awaitable<json> OneBot11::say(json order)
{
    std::string body;
    if (order.contains("body")) {
        body = order["body"].get<std::string>();
    } else {
        json event = order.contains("text")
                         ? message_event(world_, dialect_, account_, order)
                         : json{{"time", now_us() / 1'000'000}, {"self_id", account_.self_id}};
        override_with(event, order.value("event", json::object()));
        body = event.dump();
    }
    said_.push_back(body);
    const std::size_t number = said_.size() - 1;
    json result = co_await emit(std::move(order), std::move(body));
    result["said"] = number;
    const json event = json::parse(said_[number], nullptr, false);
    if (event.is_object() && event.contains("message_id"))
        result["message_id"] = event["message_id"];
    co_return result;
}

asio::awaitable<json> OneBot11::emit(json order, std::string body)
{
    json result;
    if (order.contains("url")) {
        result = co_await reports_.send(std::move(order), std::move(body));
        co_return result;
    }
    const auto socket =
        order.contains("socket") ? sockets_.at(order["socket"].get<std::size_t>()) : hearing_socket();
    if (!socket || !socket->is_open())
        throw std::invalid_argument("no open socket that hears events, and no url");
    socket->send(std::move(body));
    result = json::object();
    co_return result;
}

asio::awaitable<json> OneBot11::open_socket(json order)
{
    Socket::Plan plan;
    plan.url = order.at("url").get<std::string>();
    plan.role = order.value("role", plan.role);
    plan.user_agent = dialect_.user_agent;
    plan.heartbeat_ms = order.value("heartbeat_ms", dialect_.heartbeat_ms);
    plan.reconnect_ms = order.value("reconnect_ms", dialect_.reconnect_ms);
    const std::string token = order.value("token", account_.token);
    const std::string scheme = order.value("scheme", dialect_.scheme);
    if (!token.empty() && !scheme.empty())
        plan.authorization = scheme + " " + token;
    auto socket = std::make_shared<Socket>(context_, world_, actions_, dialect_, account_, std::move(plan));
    const std::size_t number = sockets_.size();
    sockets_.push_back(socket);
    auto tried = std::make_shared<asio::steady_timer>(context_, asio::steady_timer::time_point::max());
    asio::co_spawn(context_, Socket::run(socket, [tried] { tried->cancel(); }), ignore_end);
    co_await tried->async_wait(as_values);
    json result = socket->show();
    result["socket"] = number;
    co_return result;
}

/// `sockets` lists; `sockets/N/cut` and its like act on one.
json OneBot11::socket_order(const std::string& what)
{
    if (what == "sockets") {
        json list = json::array();
        for (const auto& socket : sockets_)
            list.push_back(socket->show());
        return list;
    }
    const std::size_t slash = what.rfind('/');
    const auto& socket = sockets_.at(std::stoul(what.substr(8, slash - 8)));
    const std::string act = what.substr(slash + 1);
    if (act == "cut")
        socket->cut();
    else if (act == "stop")
        socket->stop();
    else if (act == "silence")
        socket->fall_silent();
    else
        throw std::invalid_argument("sockets: cut, stop or silence");
    return socket->show();
}

std::shared_ptr<Socket> OneBot11::hearing_socket() const
{
    for (auto socket = sockets_.rbegin(); socket != sockets_.rend(); ++socket)
        if ((*socket)->hears() && (*socket)->is_open())
            return *socket;
    return nullptr;
}

} // namespace simulator::onebot11
