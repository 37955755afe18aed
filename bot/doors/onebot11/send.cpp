#include "bot/doors/onebot11/send.hpp"

#include "bot/core/text.hpp"
#include "bot/doors/onebot11/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace bot::doors::onebot11 {
namespace {

using nlohmann::json;

/// Ids are numbers on this wire; one that is none goes as it is.
json id_json(const std::string& id)
{
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (ec == std::errc() && end == id.data() + id.size())
        return number;
    return id;
}

json segment(const char* type, const char* key, const std::string& value)
{
    return {{"type", type}, {"data", {{key, value}}}};
}

struct Failure {
    std::string_view sign; ///< in message, wording or msg
    SendAction action;
    Scope scope;
    const char* reason;
};

const Failure failures[] = {
    {"GROUP_NOT_FOUND", SendAction::disable_chat, Scope::chat, "平台说没有这个群，或机器人已不在群里"},
    {"not in group", SendAction::disable_chat, Scope::chat, "机器人已不在这个群里"},
    {"群聊不存在", SendAction::disable_chat, Scope::chat, "平台说没有这个群"},
    {"SEND_MSG_API_ERROR", SendAction::backoff, Scope::unclear,
     "平台没让发出去，多半是风控或被禁言，过一会儿再试"},
    {"result 120", SendAction::backoff, Scope::chat, "机器人在这个群里被禁言，过一会儿再试"},
    {"result 110", SendAction::backoff, Scope::account, "平台限制了这个账号发言，过一会儿再试"},
    {"被禁言", SendAction::backoff, Scope::chat, "机器人被禁言，过一会儿再试"},
    {"风控", SendAction::backoff, Scope::account, "账号被平台风控，过一会儿再试"},
    {"EMPTY_MSG_ERROR", SendAction::drop, Scope::message, "平台说这条消息是空的"},
    {"消息体无法解析", SendAction::drop, Scope::message, "平台读不懂这条消息"},
    {"PERMISSION_DENIED", SendAction::drop, Scope::message, "机器人没有这项权限"},
};

SendOutcome outcome(SendAction action, std::string reason, std::string words = {})
{
    SendOutcome result;
    result.action = action;
    result.reason = std::move(reason);
    result.platform_words = std::move(words);
    return result;
}

SendOutcome of_scope(Scope scope, SendOutcome outcome)
{
    outcome.scope = scope;
    return outcome;
}

SendOutcome classify_status(unsigned status)
{
    const std::string words = "HTTP " + std::to_string(status);
    if (status == 401 || status == 403)
        return outcome(SendAction::operator_, "访问令牌不对，请核对账号设置里的 access_token", words);
    if (status == 404)
        return outcome(SendAction::operator_, "对方没有这个接口，请核对账号设置里的 api 地址", words);
    if (status == 400 || status == 405 || status == 406)
        return outcome(SendAction::drop, "对方不接受这个请求", words);
    return outcome(SendAction::unknown_result, "对方回了看不懂的内容，这条可能发了也可能没发", words);
}

SendOutcome classify_failure(int code, std::string words)
{
    if (code == 1401 || code == 401 || code == 1403 || code == 403)
        return outcome(SendAction::operator_, "访问令牌不对，请核对账号设置里的 access_token",
                       std::move(words));
    if (code == 1404 || code == 404)
        return outcome(SendAction::operator_, "对方没有这个接口", std::move(words));
    for (const Failure& failure : failures)
        if (words.find(failure.sign) != std::string::npos)
            return of_scope(failure.scope, outcome(failure.action, failure.reason, std::move(words)));
    if (code == 1400 || code == 400)
        return outcome(SendAction::drop, "对方说参数不对", std::move(words));
    return of_scope(Scope::unclear,
                    outcome(SendAction::backoff, "对方没发成，过一会儿再试", std::move(words)));
}

bool is_line_end(std::string_view before)
{
    for (const std::string_view end : {"\n", "。", "！", "？", "；", "!", "?"})
        if (before.ends_with(end))
            return true;
    return false;
}

} // namespace

Call send_message(const Outgoing& message)
{
    json segments = json::array();
    if (!message.reply_to.empty())
        segments.push_back(segment("reply", "id", message.reply_to));
    if (!message.mention.empty())
        segments.push_back(segment("at", "qq", message.mention));
    segments.push_back(segment("text", "text", message.mention.empty() ? message.text : " " + message.text));
    const bool group = message.chat.type == ChatType::group;
    json params;
    params[group ? "group_id" : "user_id"] = id_json(message.chat.id);
    params["message"] = std::move(segments);
    return {group ? "send_group_msg" : "send_private_msg", params.dump()};
}

Call group_notice(const std::string& group_id, const std::string& content)
{
    return {"_send_group_notice", json{{"group_id", id_json(group_id)}, {"content", content}}.dump()};
}

Call answer_join_request(const std::string& flag, const std::string& sub_type, bool approve,
                         const std::string& reason)
{
    return {"set_group_add_request",
            json{{"flag", flag}, {"sub_type", sub_type}, {"approve", approve}, {"reason", reason}}.dump()};
}

Call group_history(const std::string& group_id, int count)
{
    return {"get_group_msg_history", json{{"group_id", id_json(group_id)}, {"count", count}}.dump()};
}

std::string frame(const Call& call, const std::string& echo)
{
    return R"({"action":")" + call.action + R"(","params":)" + call.params + R"(,"echo":")" + echo + R"("})";
}

std::string quick_reply(const Reply& reply, bool in_group)
{
    json body{{"reply", reply.text}, {"auto_escape", true}};
    if (in_group)
        body["at_sender"] = true;
    return body.dump();
}

std::vector<std::string> split_text(std::string_view text, std::size_t limit)
{
    std::vector<std::string> parts;
    while (text::length(text) > limit) {
        const std::string part = text::prefix(text, limit);
        std::size_t cut = part.size();
        for (std::size_t at = part.size(); at > part.size() / 2; --at)
            if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && is_line_end(text.substr(0, at))) {
                cut = at;
                break;
            }
        parts.emplace_back(text.substr(0, cut));
        text.remove_prefix(cut);
    }
    if (!text.empty() || parts.empty())
        parts.emplace_back(text);
    return parts;
}

SendOutcome classify(Transport transport, unsigned status, std::string_view body)
{
    if (transport == Transport::refused)
        return outcome(SendAction::retry, "连不上对方程序，稍后再试");
    if (transport == Transport::lost)
        return outcome(SendAction::unknown_result, "对方没有回话，这条可能发了也可能没发");
    const auto envelope = parse_json(body);
    if (!envelope || !envelope->is_object() || !envelope->contains("status"))
        return classify_status(status);
    const json& answer = *envelope;
    const std::string state = answer["status"].is_string() ? answer["status"].get<std::string>() : "";
    const int code = answer.contains("retcode") && answer["retcode"].is_number_integer()
                         ? answer["retcode"].get<int>()
                         : -1;
    if (state == "async" || code == 1)
        return outcome(SendAction::unknown_result, "对方只说排上了队，没有凭据", "async");
    if (state == "ok" && code == 0) {
        SendOutcome done = outcome(SendAction::ok, "");
        if (const auto data = answer.find("data"); data != answer.end() && data->is_object())
            done.platform_message_id = id_text(*data, "message_id");
        if (done.platform_message_id.empty())
            return outcome(SendAction::unknown_result, "对方说成功，却没给消息编号", "no message_id");
        return done;
    }
    std::string words;
    for (const char* key : {"message", "wording", "msg"})
        if (const auto found = answer.find(key);
            found != answer.end() && found->is_string() && !found->get_ref<const std::string&>().empty())
            words += (words.empty() ? "" : " / ") + found->get<std::string>();
    return classify_failure(code, words.empty() ? "retcode " + std::to_string(code) : words);
}

} // namespace bot::doors::onebot11
