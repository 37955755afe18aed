#include "tests/simulator/onebot11/dialect.hpp"

#include <stdexcept>

namespace simulator::onebot11 {
namespace {

constexpr const char* ntqq_muted = "消息发送失败 result 120 发送失败，你已被禁言";
constexpr const char* ntqq_limited = "消息发送失败 result 110 账号被风控，发言受限";

Dialect napcat()
{
    Dialect one{};
    one.name = "napcat";
    one.app_name = "NapCat.Onebot";
    one.app_version = "4.8.100";
    one.user_agent = "OneBot/11";
    one.scheme = "Bearer";
    one.format_fields = true;
    one.no_token_status = 403;
    one.refusal_envelope = true;
    one.trailing_slash = true;
    one.failed_http = 200;
    one.failed_socket = 1200;
    one.unknown_http = 200;
    one.unknown_socket = 1404;
    one.bad_http = 1400;
    one.bad_socket = 1400;
    one.not_in_group = "GROUP_NOT_FOUND: not in group";
    one.muted = ntqq_muted;
    one.limited = ntqq_limited;
    one.has_history = true;
    one.quick = Dialect::Quick::reply_only;
    one.report_attempts = 1;
    one.heartbeat_ms = 30'000;
    one.reconnect_ms = 5'000;
    return one;
}

Dialect llonebot()
{
    Dialect one = napcat();
    one.name = "llonebot";
    one.app_name = "LLOneBot";
    one.app_version = "8.1.0";
    one.user_agent = "LLOneBot/8.1.0";
    one.unknown_http = 404;
    one.unknown_socket = 1404;
    one.quick = Dialect::Quick::full;
    one.heartbeat_ms = 60'000;
    one.reconnect_ms = 3'000;
    return one;
}

Dialect lagrange()
{
    Dialect one = napcat();
    one.name = "lagrange";
    one.app_name = "Lagrange.OneBot";
    one.app_version = "0.0.3";
    one.user_agent = "Lagrange.OneBot/0.0.3";
    one.format_fields = false;
    one.named_at = true;
    one.no_token_status = 401;
    one.refusal_envelope = false;
    one.strict_http = true;
    one.failed_http = one.failed_socket = 0;
    one.unknown_http = one.unknown_socket = 404;
    one.bad_http = one.bad_socket = 400;
    one.has_history = false;
    one.quick = Dialect::Quick::none;
    one.heartbeat_ms = 5'000;
    one.reconnect_ms = 5'000;
    return one;
}

Dialect gocqhttp()
{
    Dialect one = napcat();
    one.name = "gocqhttp";
    one.app_name = "go-cqhttp";
    one.app_version = "v1.2.0";
    one.user_agent = "CQHttp/4.15.0";
    one.scheme = "Token";
    one.strings = true;
    one.format_fields = false;
    one.no_token_status = 401;
    one.refusal_envelope = false;
    one.trailing_slash = false;
    one.failed_http = one.failed_socket = 100;
    one.unknown_http = one.unknown_socket = 404;
    one.bad_http = one.bad_socket = 100;
    one.not_in_group = "GROUP_NOT_FOUND";
    one.muted = one.limited = "SEND_MSG_API_ERROR";
    one.quick = Dialect::Quick::full;
    one.report_attempts = 3;
    one.heartbeat_ms = 5'000;
    one.reconnect_ms = 3'000;
    return one;
}

} // namespace

const Dialect& find_dialect(const std::string& name)
{
    static const Dialect all[] = {napcat(), llonebot(), lagrange(), gocqhttp()};
    for (const Dialect& one : all)
        if (name == one.name)
            return one;
    throw std::invalid_argument("--dialect: one of napcat, llonebot, lagrange, gocqhttp");
}

} // namespace simulator::onebot11
