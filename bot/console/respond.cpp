#include "bot/console/respond.hpp"

#include "bot/core/json.hpp"
#include "bot/core/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace bot::console {

using nlohmann::json;

net::HttpResponse not_found()
{
    return net::problem(404, "没有这个地址", "这里没有你能看的内容");
}

net::HttpResponse refused(const outreach::Refusal& refusal)
{
    const unsigned status = refusal.field == "id" ? 404 : refusal.conflict ? 409 : 422;
    net::HttpResponse response = net::problem(status, "没办成", refusal.message);
    json body = json::parse(response.body);
    body["errors"] = json::array({{{"field", refusal.field}, {"message", refusal.message}}});
    response.body = body.dump();
    return response;
}

net::HttpResponse answer(const json& body, unsigned status)
{
    return net::json_response(status, body.dump(-1, ' ', false, json::error_handler_t::replace));
}

net::HttpResponse answer_page(json items, const std::string& next)
{
    json body{{"items", std::move(items)}};
    body["next"] = next.empty() ? json(nullptr) : json(next);
    return answer(body);
}

std::optional<json> read_object(const net::HttpRequest& request)
{
    json body = json_or_null(request.body);
    if (!body.is_object())
        return std::nullopt;
    return body;
}

net::HttpResponse unreadable(const std::string& expected)
{
    return net::problem(400, "看不懂的内容", "要一个 JSON 对象，有 " + expected);
}

std::string read_text(const json& body, const char* key, const std::string& fallback)
{
    const auto found = body.find(key);
    return found != body.end() && found->is_string() ? found->get<std::string>() : fallback;
}

std::optional<std::int64_t> read_time(const json& body, const char* key)
{
    const auto found = body.find(key);
    if (found == body.end() || found->is_null())
        return 0;
    return found->is_string() ? parse_time_ms(found->get<std::string>()) : std::nullopt;
}

std::optional<std::vector<std::string>> read_list(const json& body, const char* key)
{
    const json& list = body.at(key);
    const auto is_text = [](const json& one) { return one.is_string(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_text))
        return std::nullopt;
    return list.get<std::vector<std::string>>();
}

std::int64_t number_of(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc() && end == text.data() + text.size() ? number : -1;
}

PageAsked read_page(const net::HttpRequest& request, int usual, int most)
{
    PageAsked page;
    page.cursor = net::form_value(request.query, "cursor").value_or("");
    const std::int64_t limit = number_of(net::form_value(request.query, "limit").value_or(""));
    page.limit = limit < 1 ? usual : static_cast<int>(std::min<std::int64_t>(limit, most));
    return page;
}

json time_or_null(std::int64_t ms)
{
    return ms == 0 ? json(nullptr) : json(format_time(ms));
}

} // namespace bot::console
