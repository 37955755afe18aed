#include "bot/doors/wecom_bot/send.hpp"

#include "bot/doors/tencent/split.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::wecom_bot {
namespace {

using nlohmann::json;

std::string within_limit(const std::string& text)
{
    static constexpr std::string_view more = "\n……";
    return text.size() <= answer_bytes ? text
                                       : tencent::prefix_bytes(text, answer_bytes - more.size()).append(more);
}

} // namespace

json stream_body(const std::string& stream_id, bool is_finished, const std::string& text)
{
    return {{"msgtype", "stream"},
            {"stream", {{"id", stream_id}, {"finish", is_finished}, {"content", within_limit(text)}}}};
}

json text_body(const std::string& text)
{
    return {{"msgtype", "text"}, {"text", {{"content", within_limit(text)}}}};
}

json markdown_body(const std::string& text)
{
    return {{"msgtype", "markdown"}, {"markdown", {{"content", within_limit(text)}}}};
}

json push_body(const Chat& chat, const std::string& text)
{
    json body = markdown_body(text);
    body["chatid"] = chat.id;
    body["chat_type"] = chat.type == ChatType::group ? 2 : 1;
    return body;
}

std::string write(const json& body)
{
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string frame(std::string_view command, const std::string& request_id, const json& body)
{
    json whole{{"cmd", command}, {"headers", {{"req_id", request_id}}}};
    if (!body.is_null())
        whole["body"] = body;
    return write(whole);
}

std::string subscribe_frame(const std::string& request_id, const std::string& bot_id,
                            const std::string& secret)
{
    const json body{{"bot_id", bot_id}, {"secret", secret}};
    return frame("aibot_subscribe", request_id, body);
}

std::string ping_frame(const std::string& request_id)
{
    return frame("ping", request_id, nullptr);
}

} // namespace bot::doors::wecom_bot
