#include "bot/doors/qq/parse.hpp"

#include "bot/core/text.hpp"
#include "bot/core/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace bot::doors::qq {
namespace {

using nlohmann::json;

const json nothing = json::object();

std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& object_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : nothing;
}

bool is_true(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

constexpr std::int64_t last_second_of_9999 = 253'402'300'799;

std::int64_t in_ms(std::int64_t seconds)
{
    return seconds < 0 || seconds > last_second_of_9999 ? 0 : seconds * 1000;
}

/// Messages carry RFC 3339, other events seconds, as number or text. 0 for anything else.
std::int64_t time_of(const json& d)
{
    const auto found = d.find("timestamp");
    if (found == d.end())
        return 0;
    if (found->is_number_integer())
        return in_ms(found->get<std::int64_t>());
    if (!found->is_string())
        return 0;
    const std::string& text = found->get_ref<const std::string&>();
    std::int64_t seconds = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (ec == std::errc() && end == text.data() + text.size())
        return in_ms(seconds);
    return std::max<std::int64_t>(0, parse_time_ms(text).value_or(0));
}

/// `<@id>` and `<@!id>` of the bot are no part of what was said.
void strip_mention(std::string& text, const std::string& id)
{
    for (const std::string& mark : {"<@" + id + ">", "<@!" + id + ">"})
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
            text.erase(at, mark.size());
}

void read_mentions(Event& event, std::string& text, const json& d)
{
    const auto mentions = d.find("mentions");
    if (mentions == d.end() || !mentions->is_array())
        return;
    for (const json& one : *mentions) {
        if (!one.is_object())
            continue;
        event.mentions_all = event.mentions_all || text_of(one, "scope") == "all";
        if (!is_true(one, "is_you"))
            continue;
        event.mentions_bot = true;
        for (const char* key : {"id", "member_openid"})
            if (const std::string id = text_of(one, key); !id.empty()) {
                event.self_id = id;
                strip_mention(text, id);
            }
    }
}

std::string media_type(const std::string& content_type)
{
    for (const char* type : {"image", "video", "voice"})
        if (content_type.starts_with(type))
            return type;
    return "file";
}

/// Attachments, and the recognised words of a voice message where nothing was written.
void read_attachments(Event& event, std::string& text, const json& d)
{
    const auto attachments = d.find("attachments");
    if (attachments == d.end() || !attachments->is_array())
        return;
    for (const json& one : *attachments) {
        if (!one.is_object())
            continue;
        event.media.push_back({media_type(text_of(one, "content_type")), text_of(one, "url")});
        if (text::trim(text).empty())
            text = text_of(one, "asr_refer_text");
    }
}

/// The index of the quoted message, from strings such as `ref_msg_idx=REFIDX_1`.
std::string quoted_of(const json& d)
{
    const json& scene = object_of(d, "message_scene");
    const auto ext = scene.find("ext");
    if (ext == scene.end() || !ext->is_array())
        return {};
    constexpr std::string_view key = "ref_msg_idx=";
    for (const json& one : *ext)
        if (one.is_string() && one.get_ref<const std::string&>().starts_with(key))
            return one.get<std::string>().substr(key.size());
    return {};
}

void read_message(Heard& heard, const std::string& type, const json& d)
{
    Event& event = heard.event;
    const json& author = object_of(d, "author");
    const bool group = type != "C2C_MESSAGE_CREATE";
    event.kind = is_true(author, "bot") ? EventKind::ignore : EventKind::message;
    event.chat.type = group ? ChatType::group : ChatType::direct;
    event.sender.id = text_of(author, group ? "member_openid" : "user_openid");
    event.sender.name = text_of(author, "username");
    event.sender.role = text_of(author, "member_role");
    event.chat.id = group ? text_of(d, "group_openid") : event.sender.id;
    event.message_id = text_of(d, "id");
    event.mentions_bot = type == "GROUP_AT_MESSAGE_CREATE";
    event.quoted_id = quoted_of(d);
    std::string text = text_of(d, "content");
    read_mentions(event, text, d);
    read_attachments(event, text, d);
    event.text = std::string(text::trim(text));
    event.dedupe_key = "m:" + event.message_id;
    if (event.message_id.empty() || event.chat.id.empty() || event.sender.id.empty())
        event.kind = EventKind::ignore;
    if (event.kind == EventKind::message)
        heard.reply_to = event.message_id;
}

struct Notice {
    const char* type;
    Happening happening;
    bool may_answer; ///< its id is good for answers
};

const Notice notices[] = {
    {"GROUP_ADD_ROBOT", Happening::bot_joined, true},
    {"GROUP_DEL_ROBOT", Happening::bot_left, false},
    {"GROUP_MSG_REJECT", Happening::push_disabled, false},
    {"GROUP_MSG_RECEIVE", Happening::push_enabled, true},
    {"FRIEND_ADD", Happening::friend_added, true},
    {"FRIEND_DEL", Happening::bot_left, false},
    {"C2C_MSG_REJECT", Happening::push_disabled, false},
    {"C2C_MSG_RECEIVE", Happening::push_enabled, true},
    {"GROUP_MEMBER_ADD", Happening::member_joined, false},
    {"GROUP_MEMBER_REMOVE", Happening::member_left, false},
};

void read_notice(Heard& heard, const Notice& notice, const json& d, const std::string& id)
{
    Event& event = heard.event;
    event.kind = EventKind::notice;
    event.happening = notice.happening;
    event.chat.id = text_of(d, "group_openid");
    event.sender.id = text_of(d, "member_openid");
    if (event.chat.id.empty()) {
        event.chat.type = ChatType::direct;
        event.chat.id = event.sender.id = text_of(d, "openid");
    }
    if (event.sender.id.empty())
        event.sender.id = text_of(d, "op_member_openid");
    event.dedupe_key = "n:" + id;
    if (event.chat.id.empty() || id.empty())
        event.kind = EventKind::ignore;
    else if (notice.may_answer)
        heard.reply_to = std::string(event_prefix) + id;
}

/// A pressed button is a message: what its maker wrote behind it.
void read_interaction(Heard& heard, const json& d, const std::string& id)
{
    Event& event = heard.event;
    heard.interaction = text_of(d, "id");
    event.kind = EventKind::message;
    event.chat.id = text_of(d, "group_openid");
    event.sender.id = text_of(d, "group_member_openid");
    if (event.chat.id.empty()) {
        event.chat.type = ChatType::direct;
        event.chat.id = event.sender.id = text_of(d, "user_openid");
    }
    const json& pressed = object_of(object_of(d, "data"), "resolved");
    event.text = std::string(text::trim(text_of(pressed, "button_data")));
    event.message_id = heard.interaction;
    event.mentions_bot = true;
    event.dedupe_key = "i:" + heard.interaction;
    if (event.chat.id.empty() || event.text.empty() || id.empty())
        event.kind = EventKind::ignore;
    else
        heard.reply_to = std::string(event_prefix) + id;
}

void read_event(Heard& heard, const json& payload)
{
    const std::string type = text_of(payload, "t"), id = text_of(payload, "id");
    const json& d = object_of(payload, "d");
    heard.event.time_ms = time_of(d);
    if (type == "GROUP_AT_MESSAGE_CREATE" || type == "GROUP_MESSAGE_CREATE" || type == "C2C_MESSAGE_CREATE")
        read_message(heard, type, d);
    else if (type == "INTERACTION_CREATE")
        read_interaction(heard, d, id);
    else if (type == "MESSAGE_AUDIT_PASS" || type == "MESSAGE_AUDIT_REJECT")
        heard.audit = {text_of(d, "audit_id"), type == "MESSAGE_AUDIT_PASS"};
    else if (const auto* notice = std::find_if(std::begin(notices), std::end(notices),
                                               [&](const Notice& one) { return type == one.type; });
             notice != std::end(notices))
        read_notice(heard, *notice, d, id);
    if (heard.event.kind == EventKind::ignore)
        heard.event.dedupe_key = id.empty() ? "" : "x:" + id;
}

} // namespace

Result<Heard> read_request(const std::string& account, const json& payload)
{
    if (!payload.is_object() || !payload.contains("op") || !payload["op"].is_number_integer())
        return make_error_code(Errc::bad_payload);
    Heard heard;
    heard.event.account = account;
    const auto op = payload["op"].get<std::int64_t>();
    if (op == 0) {
        heard.op = Heard::Op::event;
        read_event(heard, payload);
    } else if (op == 1) {
        heard.op = Heard::Op::heartbeat;
        heard.event.kind = EventKind::meta;
        heard.event.happening = Happening::heartbeat;
        heard.beat = payload.contains("d") ? payload["d"].dump() : "null";
    } else if (op == 13) {
        heard.op = Heard::Op::validation;
        const json& d = object_of(payload, "d");
        heard.plain_token = text_of(d, "plain_token");
        heard.event_ts = text_of(d, "event_ts");
        if (heard.plain_token.empty() || heard.event_ts.empty() || heard.plain_token.size() > 512 ||
            heard.event_ts.size() > 32)
            return make_error_code(Errc::bad_payload);
    }
    return heard;
}

} // namespace bot::doors::qq
