#include "bot/doors/onebot12/send.hpp"

#include "bot/core/json.hpp"
#include "bot/doors/onebot12/parse.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::onebot12 {
namespace {

using nlohmann::json;

json segment(const char* type, const char* key, const std::string& value)
{
    return {{"type", type}, {"data", {{key, value}}}};
}

json action_of(const Outgoing& message, const Self& self)
{
    json segments = json::array();
    if (!message.mention.empty())
        segments.push_back(segment("mention", "user_id", message.mention));
    segments.push_back(segment("text", "text", message.mention.empty() ? message.text : " " + message.text));
    json params{{"message", std::move(segments)}};
    if (message.chat.type == ChatType::direct) {
        params["detail_type"] = "private";
        params["user_id"] = message.chat.id;
    } else if (const auto channel = as_channel(message.chat.id)) {
        params["detail_type"] = "channel";
        params["guild_id"] = channel->first;
        params["channel_id"] = channel->second;
    } else {
        params["detail_type"] = "group";
        params["group_id"] = message.chat.id;
    }
    json action{{"action", "send_message"}, {"params", std::move(params)}};
    if (!self.empty())
        action["self"] = {{"platform", self.platform}, {"user_id", self.user_id}};
    return action;
}

struct Class {
    std::int64_t first, last;
    SendAction action;
    Scope scope;
    const char* reason;
};

/// First match counts.
constexpr Class classes[] = {
    {10002, 10002, SendAction::operator_, Scope::account, "对方程序没有发消息这个动作，请换实现或升级"},
    {10101, 10102, SendAction::operator_, Scope::account, "对方程序不认这个机器人号，请核对它登录的号"},
    {10005, 10007, SendAction::drop, Scope::message, "对方程序发不了这种内容"},
    {10000, 19999, SendAction::drop, Scope::message, "对方程序说请求不对"},
    {20000, 29999, SendAction::retry, Scope::unclear, "对方程序内部出错"},
    {31000, 33999, SendAction::retry, Scope::account, "对方程序的数据库、文件或网络出错，稍后再试"},
    {34000, 34999, SendAction::backoff, Scope::unclear, "平台没让发出去，多半是风控，过一会儿再试"},
    {35000, 35999, SendAction::drop, Scope::message, "对方程序说做不到"},
    {36000, 36999, SendAction::backoff, Scope::account, "对方程序说太忙，过一会儿再试"},
    {30000, 99999, SendAction::drop, Scope::message, "对方程序没发成"},
};

SendOutcome outcome(SendAction action, Scope scope, std::string reason, std::string words)
{
    SendOutcome result;
    result.action = action;
    result.scope = scope;
    result.reason = std::move(reason);
    result.platform_words = std::move(words);
    return result;
}

SendOutcome by_status(unsigned status)
{
    std::string words = "HTTP " + std::to_string(status);
    if (status == 401 || status == 403)
        return outcome(SendAction::operator_, Scope::account, "访问令牌不对，请核对账号设置里的 access_token",
                       std::move(words));
    if (status == 404 || status == 405 || status == 415)
        return outcome(SendAction::operator_, Scope::account, "对方没有这个接口，请核对账号设置里的 api 地址",
                       std::move(words));
    if (status == 429)
        return outcome(SendAction::backoff, Scope::account, "对方程序说太勤了，过一会儿再试",
                       std::move(words));
    if (status >= 400 && status < 500)
        return outcome(SendAction::drop, Scope::message, "对方不接受这个请求", std::move(words));
    return outcome(SendAction::unknown_result, Scope::account, "对方回了看不懂的内容，这条可能发了也可能没发",
                   std::move(words));
}

SendOutcome by_retcode(std::int64_t code, std::string words)
{
    for (const Class& one : classes)
        if (code >= one.first && code <= one.last)
            return outcome(one.action, one.scope, one.reason, std::move(words));
    return outcome(SendAction::drop, Scope::message, "对方程序没发成", std::move(words));
}

} // namespace

std::string send_message(const Outgoing& message, const Self& self, const std::string& echo)
{
    json action = action_of(message, self);
    if (!echo.empty())
        action["echo"] = echo;
    return action.dump();
}

std::string quick_actions(const Outgoing& message, const Self& self)
{
    json list = json::array();
    list.push_back(action_of(message, self));
    return list.dump();
}

bool is_decorated(const Outgoing& message)
{
    return !message.mention.empty();
}

Outgoing plain(Outgoing message)
{
    message.mention.clear();
    return message;
}

SendOutcome classify(Transport transport, unsigned status, std::string_view body)
{
    if (transport == Transport::refused)
        return outcome(SendAction::retry, Scope::account, "连不上对方程序，稍后再试", {});
    if (transport == Transport::lost)
        return outcome(SendAction::unknown_result, Scope::account, "对方没有回话，这条可能发了也可能没发",
                       {});
    const json answer = json_or_null(body);
    if (!answer.is_object() || !answer.contains("retcode") || !answer["retcode"].is_number_integer())
        return by_status(status);
    const auto code = answer["retcode"].get<std::int64_t>();
    if (code == 0) { // some implementations give no id, only that it was done
        SendOutcome done;
        done.action = SendAction::ok;
        if (const auto data = answer.find("data"); data != answer.end() && data->is_object())
            if (const auto id = data->find("message_id"); id != data->end() && id->is_string())
                done.platform_message_id = id->get<std::string>();
        return done;
    }
    std::string words = "retcode " + std::to_string(code);
    if (const auto message = answer.find("message"); message != answer.end() && message->is_string())
        words += " " + message->get<std::string>();
    return by_retcode(code, std::move(words));
}

SendOutcome of_message(SendOutcome outcome)
{
    if (outcome.platform_words.starts_with("retcode 2") && outcome.action == SendAction::retry) {
        outcome.action = SendAction::unknown_result;
        outcome.reason += "，这条可能发了也可能没发";
    }
    return outcome;
}

bool lacks_segment(const SendOutcome& outcome)
{
    for (const char* code : {"retcode 10005", "retcode 10006", "retcode 10007"})
        if (outcome.platform_words.starts_with(code))
            return true;
    return false;
}

} // namespace bot::doors::onebot12
