#include "tests/simulator/onebot12/platform.hpp"

#include "tests/simulator/http_client.hpp"

#include <boost/asio/co_spawn.hpp>

namespace simulator::onebot12 {
namespace {

using nlohmann::json;

json envelope(int retcode, json data, const std::string& words = {})
{
    return {{"status", retcode == 0 ? "ok" : "failed"},
            {"retcode", retcode},
            {"data", std::move(data)},
            {"message", words}};
}

std::string text_of(const json& segments)
{
    std::string text;
    for (const json& one : segments)
        if (one.is_object() && one.value("type", "") == "text")
            text += one.value("data", json::object()).value("text", "");
    return text;
}

void ignore_end(std::exception_ptr) {}

} // namespace

OneBot12::OneBot12(asio::io_context& context, World& world, std::string token)
    : context_(context), world_(world), token_(std::move(token))
{
}

asio::awaitable<Response> OneBot12::serve(Request request)
{
    if (header(request.headers, "Authorization") != "Bearer " + token_) {
        ++world_.unauthorised;
        co_return json_response(401, "");
    }
    if (request.path != "/" || request.method != "POST")
        co_return json_response(request.path == "/" ? 405 : 404, "");
    if (!header(request.headers, "Content-Type").starts_with("application/json"))
        co_return json_response(415, "");
    const json action = json::parse(request.body, nullptr, false);
    co_return json_response(200, perform(action).dump());
}

json OneBot12::perform(const json& action)
{
    if (!action.is_object() || !action.contains("params") || !action["params"].is_object())
        return envelope(10001, nullptr, "bad request");
    if (action.value("action", "") != "send_message")
        return envelope(10002, nullptr, "unsupported action");
    const json& params = action["params"];
    const std::string group = params.value("group_id", ""),
                      self = action.value("self", json::object()).value("user_id", "");
    if (params.value("detail_type", "") != "group" || group.empty() || !params.contains("message") ||
        !params["message"].is_array())
        return envelope(10003, nullptr, "bad param");
    if (self.empty())
        return envelope(10101, nullptr, "who am i");
    if (!members_.contains({self, group}))
        return envelope(10102, nullptr, "unknown self in this group");
    if (!world_.limits.admit(group_chat(group)))
        return envelope(34001, nullptr, "risk control");
    const std::int32_t id = world_.ledger.accept(group_chat(group), params["message"].dump(),
                                                 text_of(params["message"]), "action");
    return envelope(0, {{"message_id", std::to_string(id)}, {"time", 1763800000.5}});
}

asio::awaitable<std::optional<json>> OneBot12::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "say")
        result = co_await say(std::move(order));
    else if (what == "socket")
        result = co_await open(std::move(order));
    co_return result;
}

std::string OneBot12::event_of(const json& order)
{
    const std::string self = order.value("self", "bot1"), group = order.at("group").get<std::string>();
    members_.emplace(self, group);
    json segments = json::array();
    if (order.value("mention", true))
        segments.push_back({{"type", "mention"}, {"data", {{"user_id", self}}}});
    segments.push_back({{"type", "text"}, {"data", {{"text", order.at("text")}}}});
    const std::int32_t id = world_.ledger.hear(group_chat(group), "u", segments.dump());
    return json{{"id", "e" + std::to_string(++next_)},
                {"time", static_cast<double>(now_us()) / 1e6},
                {"type", "message"},
                {"detail_type", "group"},
                {"sub_type", ""},
                {"self", {{"platform", "wechat"}, {"user_id", self}}},
                {"message_id", std::to_string(id)},
                {"group_id", group},
                {"user_id", "u"},
                {"message", std::move(segments)},
                {"alt_message", "x"}}
        .dump();
}

asio::awaitable<json> OneBot12::say(json order)
{
    std::string body = event_of(order);
    json result = json::object();
    if (!order.contains("url")) {
        if (socket_)
            socket_->send(std::move(body));
        co_return result;
    }
    if (order.value("twice", false))
        body = json(body).dump();
    const Headers fields{{"Content-Type", "application/json"},
                         {"User-Agent", "OneBot/12 (wechat) simulator/1"},
                         {"X-OneBot-Version", "12"},
                         {"X-Impl", "simulator"},
                         {"Authorization", "Bearer " + order.value("token", token_)}};
    const std::string url = order["url"].get<std::string>();
    const Answer answer = co_await post(url, fields, body, std::chrono::seconds(10));
    result["status"] = answer.status;
    co_return result;
}

asio::awaitable<json> OneBot12::open(json order)
{
    socket_ = std::make_shared<WebSocketClient>(context_.get_executor());
    Headers fields{{"Sec-WebSocket-Protocol", order.value("subprotocol", "12.simulator")},
                   {"Authorization", "Bearer " + order.value("token", token_)}};
    const std::string url = order.at("url").get<std::string>();
    const unsigned status = co_await socket_->connect(url, std::move(fields), std::chrono::seconds(5));
    json result{{"status", status}};
    if (status == 101)
        asio::co_spawn(context_, converse(socket_), ignore_end);
    co_return result;
}

asio::awaitable<void> OneBot12::converse(std::shared_ptr<WebSocketClient> client)
{
    client->send(
        R"({"id":"c","time":1.5,"type":"meta","detail_type":"connect","sub_type":"","version":{"impl":"simulator","version":"1","onebot_version":"12"}})");
    for (;;) {
        const auto text = co_await client->read();
        if (!text)
            break;
        const json action = json::parse(*text, nullptr, false);
        json answer = perform(action);
        if (action.is_object() && action.contains("echo"))
            answer["echo"] = action["echo"];
        client->send(answer.dump());
    }
}

} // namespace simulator::onebot12
