#include "bot/doors/qq/classify.hpp"

#include "bot/core/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace bot::doors::qq {
namespace {

using nlohmann::json;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;

struct Code {
    std::int64_t first, last;
    SendAction action;
    Scope scope;
    std::int64_t wait_ms;
    const char* reason;
};

constexpr const char* credentials = "平台不认这个机器人的凭据，请核对 app_id 和 secret";
constexpr const char* banned = "机器人被平台停用或没有权限，请到 QQ 开放平台看看它的状态";
constexpr const char* too_often = "发得太勤，平台让歇一会儿";
constexpr const char* window_over = "回答的时限或次数用完了，等群里再有人说话";
constexpr const char* no_window_event = "可回答的事件已经过期，等群里再有人说话";
constexpr const char* content = "平台不让发这些内容，请改一改再发";
constexpr const char* gone = "机器人已不在这个群里，或者群已解散";
constexpr const char* no_push = "这个群不让机器人主动发，只能在有人说话时回答";
constexpr const char* muted = "机器人在这个群里被禁言，过一会儿再试";
constexpr const char* too_long = "太长了，拆短再发";
constexpr const char* link = "链接没在 QQ 开放平台登记，请登记后再发，或去掉链接";
constexpr const char* no_markdown = "平台没给这个机器人 Markdown 权限";
constexpr const char* media = "图片没传成，稍后再试";
constexpr const char* reviewing = "平台在审核这一条，等它的结果";
constexpr const char* internal = "平台内部出错，稍后再试";
constexpr const char* no_recall = "撤不回：超过两分钟，或不是机器人发的";

/// First match counts.
constexpr Code codes[] = {
    {11243, 11244, SendAction::refresh_token, Scope::account, 0, "访问令牌过期了，换一个再发"},
    {11241, 11241, SendAction::operator_, Scope::account, 0, credentials},
    {11242, 11242, SendAction::retry, Scope::account, 0, internal},
    {11252, 11252, SendAction::retry, Scope::account, 0, internal},
    {11263, 11263, SendAction::retry, Scope::account, 0, internal},
    {11281, 11281, SendAction::retry, Scope::account, 0, internal},
    {11251, 11251, SendAction::operator_, Scope::account, 0, credentials},
    {11253, 11254, SendAction::operator_, Scope::account, 0, banned},
    {11265, 11265, SendAction::operator_, Scope::account, 0, banned},
    {100007, 100007, SendAction::operator_, Scope::account, 0, credentials},
    {100016, 100016, SendAction::operator_, Scope::account, 0, credentials},
    {10004, 10004, SendAction::operator_, Scope::account, 0, banned},
    {22009, 22009, SendAction::backoff, Scope::account, minute_ms, too_often},
    {100001, 100001, SendAction::backoff, Scope::account, minute_ms, too_often},
    {40034100, 40034100, SendAction::backoff, Scope::chat, minute_ms, too_often},
    {304103, 304103, SendAction::window_closed, Scope::chat, 0, window_over},
    {304027, 304027, SendAction::window_closed, Scope::chat, 0, window_over},
    {40034005, 40034005, SendAction::window_closed, Scope::chat, 0, window_over},
    {40034128, 40034128, SendAction::window_closed, Scope::chat, 0, window_over},
    {40034024, 40034024, SendAction::drop, Scope::message, 0, "平台找不到要回答的那条消息"},
    {40034025, 40034027, SendAction::window_closed, Scope::chat, 0, no_window_event},
    {40034006, 40034006, SendAction::content, Scope::message, 0, content},
    {1100104, 1100104, SendAction::disable_chat, Scope::chat, 0, gone},
    {1100100, 1100199, SendAction::content, Scope::message, 0, content},
    {40034101, 40034101, SendAction::disable_chat, Scope::chat, 0, gone},
    {40054003, 40054003, SendAction::disable_chat, Scope::chat, 0, gone},
    {40034102, 40034102, SendAction::disable_push, Scope::chat, 0, no_push},
    {40034105, 40034105, SendAction::disable_push, Scope::chat, 0, no_push},
    {40054013, 40054013, SendAction::disable_push, Scope::chat, 0, no_push},
    {40054002, 40054002, SendAction::backoff, Scope::chat, 10 * minute_ms, muted},
    {850018, 850018, SendAction::backoff, Scope::chat, 10 * minute_ms, muted},
    {40054004, 40054004, SendAction::disable_chat, Scope::chat, 0, "对方已不是机器人的好友"},
    {40054005, 40054005, SendAction::sent, Scope::message, 0, "平台说这一条已经发过了"},
    {40054007, 40054007, SendAction::shorten, Scope::message, 0, too_long},
    {40054018, 40054018, SendAction::shorten, Scope::message, 0, too_long},
    {40054010, 40054010, SendAction::content, Scope::message, 0, link},
    {304003, 304003, SendAction::content, Scope::message, 0, link},
    {40054016, 40054016, SendAction::operator_, Scope::account, 0,
     "机器人没上线或已下架，请到 QQ 开放平台处理"},
    {304036, 304036, SendAction::operator_, Scope::account, 0, no_markdown},
    {40034127, 40034127, SendAction::operator_, Scope::account, 0, no_markdown},
    {50056, 50056, SendAction::operator_, Scope::account, 0, no_markdown},
    {40034004, 40034004, SendAction::retry, Scope::message, 0, media},
    {50055001, 50055002, SendAction::retry, Scope::message, 0, media},
    {50055006, 50055006, SendAction::retry, Scope::message, 0, media},
    {40093001, 40093001, SendAction::retry, Scope::message, 0, media},
    {40093002, 40093002, SendAction::backoff, Scope::account, 6 * hour_ms, "今天的上传额度用完了"},
    {304022, 304022, SendAction::backoff, Scope::account, hour_ms, "平台说现在不是可以主动发的时间"},
    {304023, 304024, SendAction::review, Scope::message, 0, reviewing},
    {40064004, 40064004, SendAction::drop, Scope::message, 0, no_recall},
    {40062003, 40062003, SendAction::drop, Scope::message, 0, no_recall},
    {306000, 306999, SendAction::drop, Scope::message, 0, no_recall},
};

std::int64_t number_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

SendOutcome outcome(SendAction action, Scope scope, std::string reason, std::string words)
{
    SendOutcome result;
    result.action = action;
    result.scope = scope;
    result.reason = std::move(reason);
    result.platform_words = std::move(words);
    return result;
}

/// Where no code says more.
SendOutcome by_status(unsigned status, std::string words)
{
    if (status == 401)
        return outcome(SendAction::refresh_token, Scope::account, "访问令牌不对，换一个再发",
                       std::move(words));
    if (status == 403)
        return outcome(SendAction::operator_, Scope::account, banned, std::move(words));
    if (status == 429) {
        SendOutcome waits = outcome(SendAction::backoff, Scope::account, too_often, std::move(words));
        waits.retry_after_ms = minute_ms;
        return waits;
    }
    if (status >= 500 || status < 400)
        return outcome(SendAction::unknown_result, Scope::unclear, "平台没说清楚，这条可能发了也可能没发",
                       std::move(words));
    return outcome(SendAction::drop, Scope::message, "平台不接受这一条", std::move(words));
}

std::string words_of(const Answer& answer, const json& body, std::int64_t code)
{
    std::string words = "HTTP " + std::to_string(answer.status);
    if (code != 0)
        words += " code " + std::to_string(code);
    if (const std::string message = text_of(body, "message"); !message.empty())
        words += " " + message;
    if (!answer.trace.empty())
        words += " trace " + answer.trace;
    return words;
}

std::string audit_of(const json& body)
{
    const auto data = body.find("data");
    if (data == body.end() || !data->is_object())
        return {};
    const auto audit = data->find("message_audit");
    return audit != data->end() && audit->is_object() ? text_of(*audit, "audit_id") : std::string();
}

SendOutcome by_code(const Code& code, const json& body, std::string words)
{
    SendOutcome result = outcome(code.action, code.scope, code.reason, std::move(words));
    result.retry_after_ms = code.wait_ms;
    if (code.action == SendAction::review)
        result.platform_message_id = audit_of(body);
    return result;
}

bool names(const SendOutcome& outcome, std::initializer_list<const char*> codes_named)
{
    return std::any_of(codes_named.begin(), codes_named.end(), [&](const char* code) {
        return outcome.platform_words.find(std::string(" code ") + code) != std::string::npos;
    });
}

/// `7200` and `"7200"`.
std::int64_t seconds_of(const json& body)
{
    const std::string text = text_of(body, "expires_in");
    std::int64_t seconds = number_of(body, "expires_in");
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::clamp<std::int64_t>(seconds, 0, 86'400);
}

} // namespace

SendOutcome classify(const Answer& answer)
{
    if (answer.transport == Transport::refused)
        return outcome(SendAction::retry, Scope::account, "连不上平台，稍后再试", {});
    if (answer.transport == Transport::lost)
        return outcome(SendAction::unknown_result, Scope::account, "平台没有回话，这条可能发了也可能没发",
                       {});
    const json body = json_or_null(answer.body);
    const std::int64_t err = body.is_object() ? number_of(body, "err_code") : 0;
    const std::int64_t code = err != 0 ? err : body.is_object() ? number_of(body, "code") : 0;
    std::string words = words_of(answer, body.is_object() ? body : json::object(), code);
    SendOutcome result;
    const auto* known = std::find_if(std::begin(codes), std::end(codes), [code](const Code& one) {
        return code >= one.first && code <= one.last;
    });
    const bool is_refusal = answer.status < 500 && answer.status != 401 && answer.status != 429;
    if (known != std::end(codes)) {
        result = by_code(*known, body, std::move(words));
    } else if (answer.status == 200 && code == 0 && body.is_object() && !text_of(body, "id").empty()) {
        result.action = SendAction::ok;
        result.platform_message_id = text_of(body, "id");
    } else if (is_refusal && code != 0) {
        result =
            outcome(SendAction::backoff, Scope::unclear, "平台没接受这一条，过一会儿再试", std::move(words));
    } else {
        result = by_status(answer.status, std::move(words));
    }
    result.retry_after_ms = std::max(result.retry_after_ms, answer.retry_after_ms);
    return result;
}

bool lacks_markdown(const SendOutcome& outcome)
{
    return names(outcome, {"304036", "40034127", "50056"});
}

bool may_push_nowhere(const SendOutcome& outcome)
{
    return outcome.action == SendAction::disable_push && names(outcome, {"40034102", "40054013"});
}

net::LentToken read_token(const Answer& answer)
{
    net::LentToken lent;
    const json body = json_or_null(answer.body);
    if (answer.transport == Transport::answered && answer.status == 200 && body.is_object() &&
        !text_of(body, "access_token").empty()) {
        lent.value = text_of(body, "access_token");
        lent.lifetime_ms = seconds_of(body) * 1000;
        return lent;
    }
    lent.trouble = classify(answer);
    const bool is_ours =
        lent.trouble.action == SendAction::refresh_token || lent.trouble.action == SendAction::operator_;
    if (is_ours) {
        lent.trouble.action = SendAction::operator_;
    } else if (lent.trouble.action != SendAction::backoff) { // nothing was sent yet
        lent.trouble.action = SendAction::retry;
        lent.trouble.reason = "取不到访问令牌，稍后再试";
    }
    lent.trouble.scope = Scope::account;
    lent.trouble.platform_message_id.clear();
    return lent;
}

} // namespace bot::doors::qq
