#include "bot/doors/tencent/answer.hpp"

#include "bot/core/json.hpp"
#include "bot/doors/tencent/crypto.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace bot::doors::tencent {
namespace {

using nlohmann::json;

constexpr std::int64_t minute_ms = 60'000;

const Code codes[] = {
    {-1, SendAction::retry, Scope::account, 0, "平台说系统繁忙，稍后再试"},
    {6000, SendAction::retry, Scope::message, 0, "平台说数据冲突，稍后再试"},
    {40014, SendAction::refresh_token, Scope::account, 0, "访问令牌失效了，换一个再发"},
    {42001, SendAction::refresh_token, Scope::account, 0, "访问令牌过期了，换一个再发"},
    {41001, SendAction::refresh_token, Scope::account, 0, "没带访问令牌，取一个再发"},
    {40001, SendAction::operator_, Scope::account, 0, "secret 不对，请核对账号设置"},
    {40013, SendAction::operator_, Scope::account, 0, "企业 ID（corp_id）不对，请核对账号设置"},
    {40056, SendAction::operator_, Scope::account, 0, "应用编号（agent_id）不对，请核对账号设置"},
    {42009, SendAction::operator_, Scope::account, 0, "授权过期了，请在管理后台重新授权"},
    {60011, SendAction::operator_, Scope::account, 0, "没有权限：请在管理后台把对象加进应用的可见范围"},
    {48002, SendAction::operator_, Scope::account, 0, "这个接口没有权限，请在管理后台打开"},
    {301002, SendAction::operator_, Scope::account, 0, "没有权限用这个应用，请核对 agent_id"},
    {60020, SendAction::operator_, Scope::account, 0,
     "本机地址不在「企业可信 IP」里，请把平台报出的地址加进去"},
    {45009, SendAction::backoff, Scope::account, minute_ms, "发得太快，平台要求等一分钟"},
    {45033, SendAction::backoff, Scope::account, 2'000, "同时发得太多，等一下再发"},
    {40003, SendAction::drop, Scope::message, 0, "没有这个成员"},
    {40031, SendAction::drop, Scope::message, 0, "没有这个成员"},
    {60111, SendAction::drop, Scope::message, 0, "没有这个成员"},
    {81013, SendAction::drop, Scope::message, 0, "接收人都不在可见范围里"},
    {40050, SendAction::disable_chat, Scope::chat, 0, "平台说没有这个群"},
    {86001, SendAction::disable_chat, Scope::chat, 0, "平台说没有这个群"},
    {86003, SendAction::disable_chat, Scope::chat, 0, "这个群不是本应用建的，发不了"},
    {86008, SendAction::disable_chat, Scope::chat, 0, "这个群不归本应用管，发不了"},
    {93000, SendAction::disable_chat, Scope::chat, 0, "群机器人的 key 不对，或机器人已被移出群"},
    {93004, SendAction::disable_chat, Scope::chat, 0, "群机器人被停用了"},
    {93006, SendAction::disable_chat, Scope::chat, 0, "机器人不在这个群里"},
    {93008, SendAction::disable_chat, Scope::chat, 0, "机器人不在这个群里"},
    {90501, SendAction::disable_chat, Scope::chat, 0, "这不是客户群"},
    {40008, SendAction::drop, Scope::message, 0, "平台不认这种消息"},
    {40035, SendAction::drop, Scope::message, 0, "平台说参数不对"},
    {44004, SendAction::drop, Scope::message, 0, "平台说内容是空的"},
    {45008, SendAction::drop, Scope::message, 0, "图文条数太多"},
    {40033, SendAction::drop, Scope::message, 0, "平台读不懂这条消息的写法"},
    {40058, SendAction::shorten, Scope::message, 0, "内容太长"},
    {45002, SendAction::shorten, Scope::message, 0, "内容太长"},
    {40007, SendAction::retry, Scope::message, 0, "素材过期了，重新上传再发"},
    {45034, SendAction::content, Scope::message, 0, "链接不对：要以 http:// 或 https:// 开头"},
    {41048, SendAction::drop, Scope::message, 0, "没有可发的客户或群，或近期发得太多：请人看一下"},
    {81017, SendAction::drop, Scope::message, 0, "一次要得太多：请按群主分开"},
    {853000, SendAction::operator_, Scope::account, 0, "机器人的 bot_id 或 secret 不对，请核对账号设置"},
};

SendOutcome outcome(SendAction action, std::string reason, std::string words = {})
{
    SendOutcome result;
    result.action = action;
    result.reason = std::move(reason);
    result.platform_words = std::move(words);
    return result;
}

SendOutcome without_code(unsigned status)
{
    const std::string words = "HTTP " + std::to_string(status);
    if (status == 404)
        return outcome(SendAction::operator_, "对方没有这个接口，请核对账号设置里的 api 地址", words);
    if (status == 401 || status == 403)
        return outcome(SendAction::operator_, "被对方拒绝，请核对账号设置里的 api 地址", words);
    return outcome(SendAction::unknown_result, "对方回了看不懂的内容，这条可能发了也可能没发", words);
}

SendOutcome accepted(const json& body)
{
    SendOutcome done = outcome(SendAction::ok, "");
    if (const auto id = body.find("msgid"); id != body.end() && id->is_string())
        done.platform_message_id = id->get<std::string>();
    else if (id != body.end() && id->is_number_integer())
        done.platform_message_id = std::to_string(id->get<std::int64_t>());
    return done;
}

} // namespace

Answer answer_of(const net::ClientResult& result)
{
    Answer answer;
    if (result.response) {
        answer.transport = Transport::answered;
        answer.status = result.response->status;
        answer.body = result.response->body;
    } else if (result.error.stage == net::ClientError::Stage::before_write) {
        answer.transport = Transport::refused;
    }
    return answer;
}

std::optional<int> errcode_of(const json& body)
{
    if (!body.is_object())
        return std::nullopt;
    const auto code = body.find("errcode");
    if (code == body.end() || !code->is_number_integer())
        return std::nullopt;
    return static_cast<int>(code->get<std::int64_t>());
}

std::string words_of(const json& body)
{
    const std::string code = std::to_string(errcode_of(body).value_or(0));
    const auto message = body.find("errmsg");
    return message != body.end() && message->is_string() ? code + " " + message->get<std::string>() : code;
}

SendOutcome classify(const Answer& answer, std::span<const Code> known)
{
    if (answer.transport == Transport::refused)
        return outcome(SendAction::retry, "连不上平台，稍后再试");
    if (answer.transport == Transport::lost)
        return outcome(SendAction::unknown_result, "平台没有回话，这条可能发了也可能没发");
    const json body = json_or_null(answer.body);
    const auto errcode = errcode_of(body);
    if (!errcode)
        return without_code(answer.status);
    if (*errcode == 0)
        return accepted(body);
    const auto code =
        std::find_if(known.begin(), known.end(), [&](const Code& one) { return one.errcode == *errcode; });
    SendOutcome result =
        code == known.end()
            ? outcome(SendAction::backoff, "平台没让发，错误码我们不认识，过一会儿再试", words_of(body))
            : outcome(code->action, code->reason, words_of(body));
    result.scope = code == known.end() ? Scope::unclear : code->scope;
    result.retry_after_ms = code == known.end() ? 0 : code->retry_after_ms;
    return result;
}

std::span<const Code> company_codes()
{
    return codes;
}

net::ClientRequest post_json(std::string url, std::string body)
{
    net::ClientRequest request;
    request.url = std::move(url);
    request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    request.body = std::move(body);
    return request;
}

net::ClientRequest post_file(std::string url, const std::string& file_name, const std::string& content_type,
                             const std::string& bytes)
{
    const std::string boundary = "lastmeter" + md5_hex(bytes);
    net::ClientRequest request;
    request.url = std::move(url);
    request.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
    request.body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\"" +
                   file_name + "\"; filelength=" + std::to_string(bytes.size()) +
                   "\r\nContent-Type: " + content_type + "\r\n\r\n" + bytes + "\r\n--" + boundary + "--\r\n";
    return request;
}

} // namespace bot::doors::tencent
