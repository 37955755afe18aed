#include "bot/doors/onebot12/parse.hpp"

#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace bot::doors::onebot12 {
namespace {

using nlohmann::json;

constexpr std::string_view channel_prefix = "channel/";
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

/// Seconds, whole or not, as milliseconds; 0 for what is none, or of no time that anybody lives in.
std::int64_t time_of(const json& object)
{
    const auto found = object.find("time");
    if (found == object.end() || !found->is_number())
        return 0;
    const double seconds = found->get<double>();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > 253'402'300'799.0)
        return 0;
    return std::llround(seconds * 1000);
}

Self self_of(const json& object)
{
    const json& self = object_of(object, "self");
    return {text_of(self, "platform"), text_of(self, "user_id")};
}

std::string place(const json& data)
{
    const auto latitude = data.find("latitude"), longitude = data.find("longitude");
    if (latitude == data.end() || longitude == data.end() || !latitude->is_number() ||
        !longitude->is_number())
        return {};
    return latitude->dump() + "," + longitude->dump();
}

void read_segment(Event& event, std::string& text, const json& segment)
{
    const std::string type = text_of(segment, "type");
    const json& data = object_of(segment, "data");
    if (type == "text")
        text += text_of(data, "text");
    else if (type == "mention")
        event.mentions_bot = event.mentions_bot || text_of(data, "user_id") == event.self_id;
    else if (type == "mention_all")
        event.mentions_all = true;
    else if (type == "reply")
        event.quoted_id = text_of(data, "message_id");
    else if (type == "image" || type == "voice" || type == "audio" || type == "video" || type == "file")
        event.media.push_back({type, text_of(data, "file_id")});
    else if (type == "location")
        event.media.push_back({type, place(data)});
}

void read_chat(Event& event, const json& payload)
{
    event.sender.id = text_of(payload, "user_id");
    event.chat.id = text_of(payload, "group_id");
    if (const std::string channel = text_of(payload, "channel_id"); !channel.empty())
        event.chat.id = channel_id(text_of(payload, "guild_id"), channel);
    if (event.chat.id.empty()) {
        event.chat.type = ChatType::direct;
        event.chat.id = event.sender.id;
    }
}

void read_message(Heard& heard, const json& payload)
{
    Event& event = heard.event;
    event.kind = EventKind::message;
    read_chat(event, payload);
    event.message_id = text_of(payload, "message_id");
    event.sender.name = text_of(payload, "user_name");
    event.self = !event.self_id.empty() && event.sender.id == event.self_id;
    std::string text;
    if (const auto message = payload.find("message"); message != payload.end() && message->is_array())
        for (const json& segment : *message)
            if (segment.is_object())
                read_segment(event, text, segment);
    event.text = std::string(text::trim(text));
    event.dedupe_key = "m:" + heard.self.platform + ":" + event.self_id + ":" + event.message_id;
    if (event.chat.id.empty() || event.message_id.empty())
        event.kind = EventKind::ignore;
}

Happening notice_of(const std::string& detail, bool own)
{
    if (detail == "group_member_increase" || detail == "channel_member_increase")
        return own ? Happening::bot_joined : Happening::member_joined;
    if (detail == "group_member_decrease" || detail == "channel_member_decrease")
        return own ? Happening::bot_left : Happening::member_left;
    if (detail == "group_message_delete" || detail == "private_message_delete" ||
        detail == "channel_message_delete")
        return Happening::message_recalled;
    return detail == "friend_increase" ? Happening::friend_added : Happening::none;
}

void read_notice(Heard& heard, const json& payload, const std::string& detail)
{
    Event& event = heard.event;
    read_chat(event, payload);
    event.message_id = text_of(payload, "message_id");
    event.happening = notice_of(detail, !event.self_id.empty() && event.sender.id == event.self_id);
    const bool known = event.happening != Happening::none && !event.chat.id.empty();
    event.kind = known ? EventKind::notice : EventKind::ignore;
}

void read_status(Heard& heard, const json& payload)
{
    const json& status = object_of(payload, "status");
    heard.event.online = false;
    const auto bots = status.find("bots");
    if (bots != status.end() && bots->is_array())
        for (const json& one : *bots) {
            if (!one.is_object())
                continue;
            const auto online = one.find("online");
            const bool is_online = online != one.end() && online->is_boolean() && online->get<bool>();
            heard.bots.emplace_back(self_of(one), is_online);
            heard.event.online = heard.event.online || is_online;
        }
    heard.event.happening = heard.event.online ? Happening::bot_online : Happening::bot_offline;
}

void read_meta(Heard& heard, const json& payload, const std::string& detail)
{
    Event& event = heard.event;
    event.kind = EventKind::meta;
    if (detail == "connect") {
        event.happening = Happening::connected;
    } else if (detail == "heartbeat") {
        event.happening = Happening::heartbeat;
        const auto interval = payload.find("interval");
        if (interval != payload.end() && interval->is_number_integer())
            event.interval_ms = interval->get<std::int64_t>();
    } else if (detail == "status_update") {
        read_status(heard, payload);
    } else {
        event.kind = EventKind::ignore;
    }
}

} // namespace

std::string channel_id(const std::string& guild, const std::string& channel)
{
    return std::string(channel_prefix) + guild + "/" + channel;
}

std::optional<std::pair<std::string, std::string>> as_channel(const std::string& chat_id)
{
    if (!chat_id.starts_with(channel_prefix))
        return std::nullopt;
    const std::string rest = chat_id.substr(channel_prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos)
        return std::nullopt;
    return std::pair(rest.substr(0, slash), rest.substr(slash + 1));
}

Result<Heard> read_event(const std::string& account, const json& given)
{
    json inner;
    if (given.is_string()) // an implementation encodes its reports twice
        inner = json_or_null(given.get_ref<const std::string&>());
    const json& payload = given.is_string() ? inner : given;
    if (!payload.is_object() || text_of(payload, "type").empty())
        return make_error_code(Errc::bad_payload);
    Heard heard;
    Event& event = heard.event;
    event.account = account;
    heard.self = self_of(payload);
    event.self_id = heard.self.user_id;
    event.time_ms = time_of(payload);
    if (const std::string id = text_of(payload, "id"); !id.empty())
        event.dedupe_key = "e:" + id;
    const std::string type = text_of(payload, "type"), detail = text_of(payload, "detail_type");
    if (type == "message")
        read_message(heard, payload);
    else if (type == "notice")
        read_notice(heard, payload, detail);
    else if (type == "meta")
        read_meta(heard, payload, detail);
    return heard;
}

} // namespace bot::doors::onebot12
