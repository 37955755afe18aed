#include "bot/net/hook.hpp"

#include <boost/beast/core/string.hpp>
#include <nlohmann/json.hpp>

namespace bot::net {
namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

HttpResponse with_body(unsigned status, const char* type, std::string body)
{
    HttpResponse response;
    response.status = status;
    response.content_type = type;
    response.body = std::move(body);
    return response;
}

} // namespace

std::string_view header(const Headers& headers, std::string_view name)
{
    for (const auto& [key, value] : headers)
        if (boost::beast::iequals(key, name))
            return value;
    return {};
}

bool has_header(const Headers& headers, std::string_view name)
{
    for (const auto& [key, value] : headers)
        if (boost::beast::iequals(key, name))
            return true;
    return false;
}

std::string percent_decode(std::string_view text, bool plus_is_blank)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' && plus_is_blank ? ' ' : text[i];
        }
    }
    return decoded;
}

std::optional<std::string> form_value(std::string_view encoded, std::string_view name)
{
    while (!encoded.empty()) {
        const std::size_t end = std::min(encoded.find('&'), encoded.size());
        const std::string_view field = encoded.substr(0, end);
        encoded.remove_prefix(std::min(end + 1, encoded.size()));
        const std::size_t equals = std::min(field.find('='), field.size());
        if (percent_decode(field.substr(0, equals), true) == name)
            return percent_decode(field.substr(std::min(equals + 1, field.size())), true);
    }
    return std::nullopt;
}

HttpResponse json_response(unsigned status, std::string body)
{
    return with_body(status, "application/json; charset=utf-8", std::move(body));
}

HttpResponse html_response(unsigned status, std::string body)
{
    return with_body(status, "text/html; charset=utf-8", std::move(body));
}

HttpResponse text_response(unsigned status, std::string body)
{
    return with_body(status, "text/plain; charset=utf-8", std::move(body));
}

HttpResponse problem(unsigned status, std::string_view title, std::string_view detail)
{
    const nlohmann::json body{
        {"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
    HttpResponse response = with_body(status, "application/problem+json; charset=utf-8",
                                      body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return response;
}

asio::awaitable<UpgradeDecision> Hook::upgrade(HttpRequest)
{
    UpgradeDecision decision;
    decision.refusal = problem(404, "这个账号不收 WebSocket", "请核对实现程序里填的地址");
    co_return decision;
}

} // namespace bot::net
