#include "bot/doors/satori/parse.hpp"

#include "bot/core/text.hpp"
#include "bot/doors/satori/elements.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::satori {
namespace {

using nlohmann::json;

const json nothing = json::object();

const json& object_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : nothing;
}

/// Ids are strings; older servers also send numbers.
std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end())
        return {};
    if (found->is_string())
        return found->get<std::string>();
    return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : std::string();
}

std::optional<std::int64_t> number_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_integer())
        return std::nullopt;
    return found->get<std::int64_t>();
}

/// Milliseconds; 0 for no time that anybody lives in.
std::int64_t time_of(const json& body)
{
    const std::int64_t ms = number_of(body, "timestamp").value_or(0);
    return ms < 0 || ms > 253'402'300'799'000 ? 0 : ms;
}

std::string first_of(std::initializer_list<std::string> words)
{
    for (const std::string& word : words)
        if (!word.empty())
            return word;
    return {};
}

Self self_of(const json& body)
{
    const json& login = object_of(body, "login");
    return {first_of({text_of(login, "platform"), text_of(body, "platform")}),
            first_of({text_of(object_of(login, "user"), "id"), text_of(login, "self_id"),
                      text_of(body, "self_id")})};
}

std::string media_type(const std::string& element)
{
    return element == "img" || element == "image" ? "image" : element;
}

void read_elements(Event& event, std::string& text, const std::vector<Element>& elements)
{
    for (const Element& one : elements) {
        if (one.type == "text") {
            text += one.get("content");
        } else if (one.type == "at") {
            const std::string_view type = one.get("type");
            event.mentions_all = event.mentions_all || type == "all" || type == "here";
            event.mentions_bot =
                event.mentions_bot || (!event.self_id.empty() && one.get("id") == event.self_id);
        } else if (one.type == "quote") {
            event.quoted_id = std::string(one.get("id")); // what it quotes was said by somebody else
        } else if (one.type == "img" || one.type == "image" || one.type == "audio" || one.type == "video" ||
                   one.type == "file") {
            event.media.push_back({media_type(one.type), std::string(one.get("src"))});
        } else if (one.type == "br") {
            text += "\n";
        } else if (one.type != "author") {
            read_elements(event, text, one.children);
        }
    }
}

void read_place(Heard& heard, const json& body)
{
    Event& event = heard.event;
    const json& message = object_of(body, "message");
    const json& channel = object_of(body.contains("channel") ? body : message, "channel");
    const json& user = object_of(body.contains("user") ? body : message, "user");
    const json& member = object_of(body.contains("member") ? body : message, "member");
    heard.channel = text_of(channel, "id");
    event.sender.id = text_of(user, "id");
    event.sender.name = first_of({text_of(member, "nick"), text_of(user, "nick"), text_of(user, "name")});
    const bool direct = number_of(channel, "type") == 1;
    event.chat.type = direct ? ChatType::direct : ChatType::group;
    event.chat.id =
        direct ? event.sender.id : first_of({heard.channel, text_of(object_of(body, "guild"), "id")});
}

void read_message(Heard& heard, const json& body)
{
    Event& event = heard.event;
    const json& message = object_of(body, "message");
    event.kind = EventKind::message;
    event.message_id = text_of(message, "id");
    event.self = !event.self_id.empty() && event.sender.id == event.self_id;
    std::string text;
    read_elements(event, text, parse_elements(text_of(message, "content")));
    event.text = std::string(text::trim(text));
    event.dedupe_key = "m:" + heard.self.platform + ":" + event.self_id + ":" + event.message_id;
    if (event.message_id.empty() || event.chat.id.empty() || event.sender.id.empty())
        event.kind = EventKind::ignore;
}

Happening notice_of(const std::string& type, bool own)
{
    if (type == "guild-member-added")
        return own ? Happening::bot_joined : Happening::member_joined;
    if (type == "guild-member-removed" || type == "guild-member-deleted")
        return own ? Happening::bot_left : Happening::member_left;
    if (type == "guild-added")
        return Happening::bot_joined;
    if (type == "guild-removed" || type == "guild-deleted")
        return Happening::bot_left;
    return type == "message-deleted" ? Happening::message_recalled : Happening::none;
}

void read_notice(Heard& heard, const json& body, const std::string& type)
{
    Event& event = heard.event;
    event.message_id = text_of(object_of(body, "message"), "id");
    event.happening = notice_of(type, !event.self_id.empty() && event.sender.id == event.self_id);
    const bool known = event.happening != Happening::none && !event.chat.id.empty();
    event.kind = known ? EventKind::notice : EventKind::ignore;
    event.dedupe_key = "n:" + heard.self.platform + ":" + event.self_id + ":" + type + ":" + event.chat.id +
                       ":" + event.sender.id + ":" + event.message_id + ":" + std::to_string(event.time_ms);
}

void read_request(Heard& heard, const json& body, const std::string& type)
{
    Event& event = heard.event;
    event.kind = EventKind::request;
    event.happening = type == "friend-request" ? Happening::friend_request : Happening::join_request;
    event.flag = text_of(object_of(body, "message"), "id");
    event.comment = text_of(object_of(body, "message"), "content");
    event.dedupe_key = "r:" + heard.self.platform + ":" + event.self_id + ":" + event.flag;
}

void read_login(Heard& heard, const json& body, const std::string& type)
{
    heard.logins = read_logins(json{{"logins", json::array({object_of(body, "login")})}});
    if (type == "login-removed")
        for (auto& [self, online] : heard.logins)
            online = false;
    heard.event.kind = EventKind::meta;
    heard.event.online = !heard.logins.empty() && heard.logins.front().second;
    heard.event.happening = heard.event.online ? Happening::bot_online : Happening::bot_offline;
}

} // namespace

Result<Heard> read_event(const std::string& account, const json& body)
{
    if (!body.is_object())
        return make_error_code(Errc::bad_payload);
    Heard heard;
    heard.event.account = account;
    heard.self = self_of(body);
    heard.event.self_id = heard.self.user_id;
    heard.event.time_ms = time_of(body);
    heard.sn = number_of(body, "sn");
    if (!heard.sn)
        heard.sn = number_of(body, "id");
    const std::string type = text_of(body, "type");
    read_place(heard, body);
    if (type == "message-created")
        read_message(heard, body);
    else if (type == "guild-member-request" || type == "friend-request")
        read_request(heard, body, type);
    else if (type.starts_with("login-"))
        read_login(heard, body, type);
    else
        read_notice(heard, body, type);
    return heard;
}

} // namespace bot::doors::satori
