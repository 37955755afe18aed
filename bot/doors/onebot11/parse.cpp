#include "bot/doors/onebot11/parse.hpp"

#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::onebot11 {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// Milliseconds UTC; 0 when the seconds are none, or of no time that anybody lives in.
std::int64_t time_of(const json& object)
{
    constexpr std::int64_t last_second_of_9999 = 253'402'300'799;
    const std::int64_t seconds = number_of(object, "time");
    return seconds < 0 || seconds > last_second_of_9999 ? 0 : seconds * 1000;
}

std::string value_text(const json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    return value.is_null() ? std::string() : value.dump();
}

Segment read_segment(const json& value)
{
    Segment segment;
    segment.type = text_of(value, "type");
    if (const auto data = value.find("data"); data != value.end() && data->is_object())
        for (const auto& [key, one] : data->items())
            segment.data.emplace_back(key, value_text(one));
    return segment;
}

void read_message_fields(Event& event, const json& payload)
{
    const bool group = text_of(payload, "message_type") == "group";
    event.kind = EventKind::message;
    event.chat.type = group ? ChatType::group : ChatType::direct;
    event.sender.id = id_text(payload, "user_id");
    event.chat.id = group ? id_text(payload, "group_id") : event.sender.id;
    event.message_id = id_text(payload, "message_id");
    event.self = text_of(payload, "post_type") == "message_sent" || event.sender.id == event.self_id;
    if (const auto sender = payload.find("sender"); sender != payload.end() && sender->is_object()) {
        event.sender.name = text_of(*sender, "card");
        if (event.sender.name.empty())
            event.sender.name = text_of(*sender, "nickname");
        event.sender.role = text_of(*sender, "role");
    }
    std::string text;
    const auto message = payload.find("message");
    for (const Segment& segment :
         message == payload.end() ? std::vector<Segment>() : read_message(*message)) {
        if (segment.type == "text") {
            text += segment.get("text");
        } else if (segment.type == "at") {
            event.mentions_all = event.mentions_all || segment.get("qq") == "all";
            event.mentions_bot = event.mentions_bot || segment.get("qq") == event.self_id;
        } else if (segment.type == "reply") {
            event.quoted_id = segment.get("id");
        } else if (segment.type == "image" || segment.type == "record" || segment.type == "video" ||
                   segment.type == "file") {
            const std::string_view url = segment.get("url");
            event.media.push_back({segment.type, std::string(url.empty() ? segment.get("file") : url)});
        }
    }
    event.text = std::string(text::trim(text));
    event.dedupe_key = "m:" + event.self_id + ":" + event.chat.id + ":" + event.message_id;
}

Happening member_change(const std::string& type, const std::string& sub, bool own)
{
    if (type == "group_increase")
        return own ? Happening::bot_joined : Happening::member_joined;
    return own || sub == "kick_me" || sub == "disband" ? Happening::bot_left : Happening::member_left;
}

Happening ban(const std::string& sub, const std::string& user, bool own)
{
    const bool lifted = sub == "lift_ban";
    if (user == "0" || user.empty())
        return lifted ? Happening::group_unmuted : Happening::group_muted;
    if (own)
        return lifted ? Happening::bot_unmuted : Happening::bot_muted;
    return Happening::none;
}

Happening notice_of(const json& payload, const Event& event)
{
    const std::string type = text_of(payload, "notice_type");
    const std::string sub = text_of(payload, "sub_type");
    const bool own = event.sender.id == event.self_id;
    if (type == "group_increase" || type == "group_decrease")
        return member_change(type, sub, own);
    if (type == "group_ban")
        return ban(sub, event.sender.id, own);
    if (type == "group_recall" || type == "friend_recall")
        return Happening::message_recalled;
    if (type == "friend_add")
        return Happening::friend_added;
    if (type == "bot_offline")
        return Happening::bot_offline;
    if (type == "bot_online")
        return Happening::bot_online;
    if (type == "group_name_change" || (type == "notify" && sub == "group_name"))
        return Happening::group_renamed;
    return Happening::none;
}

void read_notice(Event& event, const json& payload)
{
    event.sender.id = id_text(payload, "user_id");
    event.chat.id = id_text(payload, "group_id");
    if (event.chat.id.empty()) {
        event.chat.type = ChatType::direct;
        event.chat.id = event.sender.id;
    }
    event.message_id = id_text(payload, "message_id");
    event.seconds = number_of(payload, "duration");
    event.happening = notice_of(payload, event);
    event.kind = event.happening == Happening::none ? EventKind::ignore : EventKind::notice;
    event.dedupe_key = "n:" + event.self_id + ":" + text_of(payload, "notice_type") + ":" + event.chat.id +
                       ":" + event.sender.id + ":" + event.message_id + ":" + std::to_string(event.time_ms);
}

void read_request(Event& event, const json& payload)
{
    const std::string type = text_of(payload, "request_type");
    event.kind = type == "group" || type == "friend" ? EventKind::request : EventKind::ignore;
    event.happening = type == "group" ? Happening::join_request : Happening::friend_request;
    event.sender.id = id_text(payload, "user_id");
    event.chat.type = type == "group" ? ChatType::group : ChatType::direct;
    event.chat.id = type == "group" ? id_text(payload, "group_id") : event.sender.id;
    event.flag = text_of(payload, "flag");
    event.comment = text_of(payload, "comment");
    event.dedupe_key = "r:" + event.self_id + ":" + event.flag;
}

void read_meta(Event& event, const json& payload)
{
    const std::string type = text_of(payload, "meta_event_type");
    event.kind = EventKind::meta;
    if (type == "heartbeat") {
        event.happening = Happening::heartbeat;
        event.interval_ms = number_of(payload, "interval");
        if (const auto status = payload.find("status"); status != payload.end() && status->is_object())
            if (const auto online = status->find("online"); online != status->end() && online->is_boolean())
                event.online = online->get<bool>();
    } else if (type == "lifecycle") {
        event.happening = Happening::connected;
    } else {
        event.kind = EventKind::ignore;
    }
}

} // namespace

std::string id_text(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end())
        return {};
    if (found->is_string())
        return found->get<std::string>();
    return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : std::string();
}

std::vector<Segment> read_message(const json& message)
{
    std::vector<Segment> segments;
    if (message.is_string())
        return parse_cq(message.get_ref<const std::string&>());
    if (message.is_object())
        segments.push_back(read_segment(message));
    if (message.is_array())
        for (const json& one : message)
            if (one.is_object())
                segments.push_back(read_segment(one));
    return segments;
}

Result<Event> to_event(const std::string& account, const json& payload)
{
    if (!payload.is_object() || !payload.contains("post_type") || !payload["post_type"].is_string())
        return make_error_code(Errc::bad_payload);
    Event event;
    event.account = account;
    event.self_id = id_text(payload, "self_id");
    event.time_ms = time_of(payload);
    const std::string post = text_of(payload, "post_type");
    if (post == "message" || post == "message_sent")
        read_message_fields(event, payload);
    else if (post == "notice")
        read_notice(event, payload);
    else if (post == "request")
        read_request(event, payload);
    else if (post == "meta_event")
        read_meta(event, payload);
    return event;
}

} // namespace bot::doors::onebot11
