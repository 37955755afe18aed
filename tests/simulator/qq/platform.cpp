#include "tests/simulator/qq/platform.hpp"

#include "tests/simulator/http_client.hpp"
#include "tests/simulator/qq/sign.hpp"

#include <algorithm>
#include <stdexcept>

namespace simulator::qq {
namespace {

using nlohmann::json;

constexpr std::int64_t second_us = 1'000'000;

/// The room and the id of `/v2/groups/{id}/messages`, as a chat of the ledger; empty for anything else.
std::string chat_of(const std::string& path)
{
    for (const auto& [prefix, letter] : {std::pair{"/v2/groups/", "g:"}, std::pair{"/v2/users/", "p:"}}) {
        const std::string start = prefix, end = "/messages";
        if (path.starts_with(start) && path.ends_with(end) && path.size() > start.size() + end.size())
            return letter + path.substr(start.size(), path.size() - start.size() - end.size());
    }
    return {};
}

std::string text_of(const json& message)
{
    if (message.value("msg_type", -1) == 2)
        return message.value("markdown", json::object()).value("content", "");
    return message.value("content", "");
}

/// Hosts behind `://`; enough for what tests send.
bool has_foreign_link(const std::string& text, const std::vector<std::string>& domains)
{
    for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
        const std::string host = text.substr(at + 3, text.find_first_of("/ ?#，。\n", at + 3) - at - 3);
        const bool known = std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
            return host == domain || host.ends_with("." + domain);
        });
        if (!known)
            return true;
    }
    return false;
}

} // namespace

Official::Official(World& world, Account account) : world_(world), account_(std::move(account)) {}

Response Official::refuse(unsigned status, std::int64_t code, const std::string& message)
{
    ++refusals_[std::to_string(code)];
    return json_response(
        status, json{{"message", message}, {"code", code}, {"err_code", code}, {"trace_id", "t"}}.dump());
}

asio::awaitable<Response> Official::serve(Request request)
{
    if (request.method == "POST" && request.path == "/app/getAppAccessToken")
        co_return lend(request);
    const std::string given(header(request.headers, "Authorization"));
    if (!given.starts_with("QQBot ") || !tokens_.contains(given.substr(6))) {
        ++world_.unauthorised;
        co_return refuse(401, 11244, "token not exist or expire");
    }
    if (request.path.starts_with("/interactions/") && request.method == "PUT")
        co_return json_response(200, "{}");
    const std::string chat = chat_of(request.path);
    if (chat.empty() || request.method != "POST")
        co_return refuse(404, 11261, "no such address");
    const json message = json::parse(request.body, nullptr, false);
    if (!message.is_object() || !header(request.headers, "Content-Type").starts_with("application/json"))
        co_return refuse(400, 40034001, "bad body");
    auto flight = std::make_shared<Flight>(world_);
    Response response = take(chat, message);
    response.flight = std::move(flight);
    co_return response;
}

/// Inside the last minute of a token there is a new one, and both are good; before that there is only the
/// one.
Response Official::lend(const Request& request)
{
    const json asked = json::parse(request.body, nullptr, false);
    if (!asked.is_object() || asked.value("appId", "") != account_.app_id ||
        asked.value("clientSecret", "") != account_.secret) {
        ++world_.unauthorised;
        return json_response(200, R"({"code":100016,"message":"invalid appid or secret"})");
    }
    const std::int64_t left = (newest_until_us_ - now_us()) / second_us;
    if (newest_token_.empty() || left <= 60) {
        if (left <= 0)
            tokens_.erase(newest_token_);
        newest_token_ = "token-" + std::to_string(++next_);
        newest_until_us_ = now_us() + expires_in_ * second_us;
        tokens_.insert(newest_token_);
    }
    const std::int64_t expires_in = std::max<std::int64_t>(1, (newest_until_us_ - now_us()) / second_us);
    return json_response(
        200, json{{"access_token", newest_token_}, {"expires_in", std::to_string(expires_in)}}.dump());
}

std::optional<Response> Official::check(const std::string& chat, const json& message)
{
    const bool group = chat.starts_with("g:");
    if (group && !world_.chats.is_member(chat.substr(2)))
        return refuse(400, 40034101, "bot is not in the group");
    if (group && world_.chats.is_muted(chat.substr(2)))
        return refuse(400, 40054002, "bot is muted");
    if (text_of(message).empty())
        return refuse(400, 40034003, "empty message");
    if (message.value("msg_type", -1) == 2 && !markdown_)
        return refuse(400, 304036, "no markdown right");
    if (has_foreign_link(text_of(message), domains_))
        return refuse(400, 40054010, "url is not registered");
    const std::string to = message.value("msg_id", message.value("event_id", ""));
    if (!to.empty())
        return check_window(chat, message, to);
    if (!pushes_)
        return refuse(400, 40034102, "no right to push");
    if (objecting_.contains(chat))
        return refuse(400, 40034105, "the group does not allow it");
    return std::nullopt;
}

std::optional<Response> Official::check_window(const std::string& chat, const json& message,
                                               const std::string& to)
{
    const auto window = windows_.find(to);
    if (window == windows_.end() || window->second.chat != chat)
        return refuse(400, message.contains("msg_id") ? 40034024 : 40034025, "no such message or event");
    if (window->second.used.contains(message.value("msg_seq", 1)))
        return refuse(400, 40054005, "duplicate msg_id and msg_seq");
    if (window->second.until_us <= now_us())
        return refuse(400, 40034005, "the message is too old");
    if (window->second.used.size() >= answers_)
        return refuse(400, 40034128, "answered often enough");
    return std::nullopt;
}

Response Official::take(const std::string& chat, const json& message)
{
    if (auto refused = check(chat, message))
        return *refused;
    const Fate fate = world_.faults.draw(true);
    using Kind = Fate::Kind;
    Response response;
    if (fate.kind == Kind::error)
        return refuse(400, fate.retcode, fate.words);
    if (fate.records()) {
        if (!world_.limits.admit(chat))
            return refuse(429, 22009, "too often");
        const std::string to = message.value("msg_id", message.value("event_id", ""));
        const std::string text = text_of(message);
        if (!to.empty())
            windows_.at(to).used.emplace(message.value("msg_seq", 1), text);
        if (review_)
            return json_response(
                202, json{{"code", 304023},
                          {"message", "audit"},
                          {"data", {{"message_audit", {{"audit_id", "A" + std::to_string(++next_)}}}}}}
                         .dump());
        const std::int32_t id =
            world_.ledger.accept(chat, message.dump(), text, to.empty() ? "push" : "answer");
        response = json_response(
            200, json{{"id", "ROBOT1.0_out" + std::to_string(id)}, {"timestamp", "2026-01-01T00:00:00+08:00"}}
                     .dump());
    }
    response.delay = fate.delay;
    if (fate.kind == Kind::drop_before || fate.kind == Kind::drop_answer)
        response.ending = Response::Ending::reset;
    if (fate.kind == Kind::stall || fate.kind == Kind::stall_before)
        response.ending = Response::Ending::hold;
    return response;
}

asio::awaitable<std::optional<json>> Official::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "say" || what == "tell") {
        Said said;
        said.body = order.contains("body") ? order["body"].get<std::string>() : event_of(order).dump();
        said.headers = sign(said.body, order);
        if (order.value("sign", "good") == "tampered")
            said.body += " ";
        said_.push_back(said);
        result = co_await emit(std::move(order), std::move(said));
    } else if (what == "replay") {
        Said said = said_.at(order.at("said").get<std::size_t>());
        result = co_await emit(std::move(order), std::move(said));
    } else if (what == "validate") {
        result = co_await validate(std::move(order));
    } else if (what == "rules") {
        set_rules(order);
        result = json::object();
    } else if (what == "tokens") {
        expires_in_ = order.value("expires_in", expires_in_);
        if (order.value("revoke", false)) {
            tokens_.clear();
            newest_token_.clear();
        }
        result = json{{"lent", next_}};
    } else if (what == "refusals") {
        result = json(refusals_);
    }
    co_return result;
}

void Official::set_rules(const json& order)
{
    pushes_ = order.value("pushes", pushes_);
    markdown_ = order.value("markdown", markdown_);
    review_ = order.value("review", review_);
    answers_ = order.value("answers", answers_);
    window_us_ = order.value("window_ms", window_us_ / 1000) * 1000;
    domains_ = order.value("domains", domains_);
}

/// Something that happens in a chat; what may be answered opens a window.
json Official::event_of(const json& order)
{
    const bool group = order.contains("group");
    const std::string chat_id = order.at(group ? "group" : "user").get<std::string>();
    const std::string chat = (group ? "g:" : "p:") + chat_id;
    const std::string type = order.value("type", group ? "GROUP_AT_MESSAGE_CREATE" : "C2C_MESSAGE_CREATE");
    const std::string id = order.value("id", "ROBOT1.0_in" + std::to_string(++next_));
    const std::string envelope_id = type + ":" + id;
    json d{{"timestamp", now_us() / second_us}};
    d[group ? "group_openid" : "openid"] = chat_id;
    std::string to = envelope_id;
    if (type.ends_with("MESSAGE_CREATE")) {
        to = id;
        d = {{"id", id},
             {"content", " " + order.value("text", "")},
             {"timestamp", std::to_string(now_us() / second_us)}};
        d["author"] = group ? json{{"member_openid", order.value("member", "MEMBER1")},
                                   {"member_role", order.value("role", "member")}}
                            : json{{"user_openid", chat_id}};
        if (group)
            d["group_openid"] = chat_id;
        world_.ledger.hear(chat, order.value("member", "MEMBER1"),
                           json{{"content", order.value("text", "")}}.dump());
    }
    if (type == "GROUP_MSG_REJECT")
        objecting_.insert(chat);
    if (type == "GROUP_MSG_RECEIVE")
        objecting_.erase(chat);
    Window& window = windows_[to];
    window.chat = chat;
    window.until_us = now_us() + window_us_;
    d.update(order.value("d", json::object()));
    return {{"op", 0}, {"id", envelope_id}, {"s", next_}, {"t", type}, {"d", std::move(d)}};
}

Headers Official::sign(const std::string& body, const json& order) const
{
    Headers fields{{"Content-Type", "application/json"},
                   {"User-Agent", "QQBot-Callback"},
                   {"X-Bot-Appid", order.value("app_id", account_.app_id)}};
    const std::string how = order.value("sign", "good");
    if (how == "none")
        return fields;
    const std::string timestamp = std::to_string(now_us() / second_us - order.value("age_s", 0));
    fields.emplace_back("X-Signature-Timestamp", timestamp);
    fields.emplace_back("X-Signature-Ed25519",
                        sign_hex(how == "forged" ? "another" : account_.secret, timestamp + body));
    return fields;
}

asio::awaitable<json> Official::emit(json order, Said said)
{
    const std::string url = order.at("url").get<std::string>();
    const Answer answer = co_await post(url, said.headers, said.body, std::chrono::seconds(10));
    json result{{"status", answer.status},
                {"body", answer.body},
                {"error", answer.error},
                {"said", said_.size() - 1}};
    const json acknowledged = json::parse(answer.body, nullptr, false);
    result["acknowledged"] =
        answer.status == 200 && acknowledged.is_object() && acknowledged.value("op", -1) == 12;
    co_return result;
}

/// As the platform's console does when the address is saved; `proven` when the bot signed right.
asio::awaitable<json> Official::validate(json order)
{
    const std::string token = "plain-" + std::to_string(++next_), at = std::to_string(now_us() / second_us);
    const std::string body = json{{"op", 13}, {"d", {{"plain_token", token}, {"event_ts", at}}}}.dump();
    const Headers fields = sign(body, order);
    const std::string url = order.at("url").get<std::string>();
    const Answer answer = co_await post(url, fields, body, std::chrono::seconds(10));
    const json said = json::parse(answer.body, nullptr, false);
    json result{{"status", answer.status}};
    result["proven"] = answer.status == 200 && said.is_object() && said.value("plain_token", "") == token &&
                       said.value("signature", "") == sign_hex(account_.secret, at + token);
    co_return result;
}

} // namespace simulator::qq
