#include "tests/simulator/satori/platform.hpp"

#include "tests/simulator/http_client.hpp"

namespace simulator::satori {
namespace {

using nlohmann::json;

/// The words of a content whose only elements are mentions; nothing when anything else is in it.
std::optional<std::string> words_of(std::string content)
{
    while (content.starts_with("<at id=\"")) {
        const std::size_t end = content.find("/>");
        if (end == std::string::npos)
            return std::nullopt;
        content.erase(0, end + 2);
    }
    if (content.find_first_of("<>") != std::string::npos)
        return std::nullopt;
    for (const auto& [from, to] : {std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}, std::pair{"&amp;", "&"}})
        for (std::size_t at = content.find(from); at != std::string::npos; at = content.find(from, at + 1))
            content.replace(at, std::string(from).size(), to);
    return content;
}

} // namespace

Server::Server(World& world, std::string token, std::string webhook_token)
    : world_(world), token_(std::move(token)), webhook_token_(std::move(webhook_token))
{
}

asio::awaitable<Response> Server::serve(Request request)
{
    const auto given = header(request.headers, "Authorization");
    if (given != "Bearer " + token_) {
        ++world_.unauthorised;
        co_return json_response(given.empty() ? 401 : 403, "{}");
    }
    if (request.method != "POST")
        co_return json_response(405, "{}");
    if (header(request.headers, "Satori-Platform") != "wechat" ||
        header(request.headers, "Satori-User-ID") != "bot1")
        co_return json_response(403, R"({"message":"unknown login"})");
    const json body = json::parse(request.body, nullptr, false);
    if (!body.is_object())
        co_return json_response(400, "{}");
    if (request.path == "/v1/user.channel.create")
        co_return json_response(200, json{{"id", "dm:" + body.value("user_id", "")}, {"type", 1}}.dump());
    co_return request.path == "/v1/message.create" ? create(body) : json_response(404, "{}");
}

Response Server::create(const json& body)
{
    const std::string channel = body.value("channel_id", ""), content = body.value("content", "");
    const auto words = words_of(content);
    if (channel.empty() || content.empty() || !words)
        return json_response(400, R"({"message":"bad content"})");
    if (!world_.limits.admit(group_chat(channel)))
        return json_response(429, "{}");
    const std::int32_t id = world_.ledger.accept(
        group_chat(channel), json{{"content", content}, {"words", *words}}.dump(), *words, "http");
    return json_response(200, json::array({{{"id", std::to_string(id)}, {"content", content}}}).dump());
}

asio::awaitable<std::optional<json>> Server::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "say")
        result = co_await say(std::move(order));
    co_return result;
}

asio::awaitable<json> Server::say(json order)
{
    const std::string group = order.at("group").get<std::string>(),
                      text = order.at("text").get<std::string>();
    const std::int32_t id = world_.ledger.hear(group_chat(group), "u", json{{"content", text}}.dump());
    json event{{"type", "message-created"},
               {"timestamp", now_us() / 1000},
               {"channel", {{"id", group}, {"type", 0}}},
               {"guild", {{"id", group}}},
               {"user", {{"id", "u"}, {"name", "张"}}},
               {"message", {{"id", std::to_string(id)}, {"content", "<at id=\"bot1\"/> " + text}}}};
    Headers fields{{"Content-Type", "application/json"},
                   {"Authorization", "Bearer " + order.value("token", webhook_token_)}};
    if (order.value("older", false)) {
        event.update({{"id", ++next_}, {"platform", "wechat"}, {"self_id", "bot1"}});
        fields.emplace_back("X-Platform", "wechat");
        fields.emplace_back("X-Self-ID", "bot1");
    } else {
        event.update(
            {{"sn", ++next_}, {"login", {{"sn", 1}, {"platform", "wechat"}, {"user", {{"id", "bot1"}}}}}});
        fields.emplace_back("Satori-Opcode", "0");
    }
    const std::string url = order.at("url").get<std::string>(), body = event.dump();
    const Answer answer = co_await post(url, fields, body, std::chrono::seconds(10));
    co_return json{{"status", answer.status}};
}

} // namespace simulator::satori
