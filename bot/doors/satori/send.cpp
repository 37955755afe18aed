#include "bot/doors/satori/send.hpp"

#include "bot/core/json.hpp"
#include "bot/doors/satori/elements.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::satori {
namespace {

using nlohmann::json;

SendOutcome outcome(SendAction action, Scope scope, std::string reason, unsigned status)
{
    SendOutcome result;
    result.action = action;
    result.scope = scope;
    result.reason = std::move(reason);
    result.platform_words = "HTTP " + std::to_string(status);
    return result;
}

std::string id_of(const json& object)
{
    const auto found = object.is_object() ? object.find("id") : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                             : std::string();
}

/// A message may come back in several pieces, or alone.
std::string receipt_of(const json& body)
{
    if (!body.is_array())
        return id_of(body);
    std::string ids;
    for (const json& one : body)
        if (const std::string id = id_of(one); !id.empty())
            ids += (ids.empty() ? "" : ",") + id;
    return ids;
}

} // namespace

Call message_create(const std::string& channel, const Outgoing& message)
{
    std::string content;
    if (!message.reply_to.empty())
        content += "<quote id=\"" + escape_attribute(message.reply_to) + "\"/>";
    if (!message.mention.empty())
        content += "<at id=\"" + escape_attribute(message.mention) + "\"/> ";
    content += escape_text(message.text);
    return {"message.create", json{{"channel_id", channel}, {"content", std::move(content)}}.dump()};
}

Call direct_channel(const std::string& user)
{
    return {"user.channel.create", json{{"user_id", user}}.dump()};
}

std::string path_of(const Call& call)
{
    return "/v1/" + call.method;
}

net::Headers headers_of(const std::string& token, const Self& self)
{
    net::Headers headers{{"Content-Type", "application/json"}};
    if (!token.empty())
        headers.emplace_back("Authorization", "Bearer " + token);
    if (!self.empty()) {
        headers.emplace_back("Satori-Platform", self.platform);
        headers.emplace_back("Satori-User-ID", self.user_id);
        headers.emplace_back("X-Platform", self.platform);
        headers.emplace_back("X-Self-ID", self.user_id);
    }
    return headers;
}

SendOutcome classify(Transport transport, unsigned status, std::string_view body)
{
    if (transport == Transport::refused)
        return outcome(SendAction::retry, Scope::account, "连不上对方程序，稍后再试", status);
    if (transport == Transport::lost)
        return outcome(SendAction::unknown_result, Scope::account, "对方没有回话，这条可能发了也可能没发",
                       status);
    if (status >= 200 && status < 300) {
        SendOutcome done;
        done.action = SendAction::ok;
        done.platform_message_id = receipt_of(json_or_null(body));
        return done;
    }
    switch (status) {
    case 401:
    case 403:
        return outcome(SendAction::operator_, Scope::account, "令牌不对，或对方不认这个号：请核对 token",
                       status);
    case 404:
    case 405:
        return outcome(SendAction::operator_, Scope::account, "对方没有这个接口，请核对 api 地址", status);
    case 429: return outcome(SendAction::backoff, Scope::account, "对方说太勤了，过一会儿再试", status);
    case 503: return outcome(SendAction::retry, Scope::account, "对方的号掉线了，稍后再试", status);
    default: break;
    }
    if (status >= 400 && status < 500)
        return outcome(SendAction::drop, Scope::message, "对方不接受这一条", status);
    return outcome(SendAction::unknown_result, Scope::account, "对方内部出错，这条可能发了也可能没发",
                   status);
}

std::string channel_of(std::string_view body)
{
    return id_of(json_or_null(body));
}

} // namespace bot::doors::satori
