#include "bot/doors/wecom_app/parse.hpp"

#include "bot/core/text.hpp"

#include <algorithm>
#include <cctype>

namespace bot::doors::wecom_app {
namespace {

using tencent::Fields;

std::int64_t time_of(const Fields& fields)
{
    constexpr std::int64_t last_second_of_9999 = 253'402'300'799;
    const std::int64_t seconds = fields.number("CreateTime");
    return seconds < 0 || seconds > last_second_of_9999 ? 0 : seconds * 1000;
}

/// The platform writes one member in several ways.
std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
    return text;
}

void read_message(Event& event, const std::string& type, const Fields& fields)
{
    event.kind = EventKind::message;
    event.message_id = fields.get("MsgId");
    event.dedupe_key = "m:" + event.sender.id + ":" + fields.get("CreateTime") + ":" + event.message_id;
    if (type == "text") {
        event.text = std::string(text::trim(fields.get("Content")));
    } else if (type == "image") {
        event.media.push_back({"image", fields.get("PicUrl")});
    } else if (type == "voice" || type == "video") {
        event.media.push_back({type, fields.get("MediaId")});
    } else if (type == "location") {
        event.location = Place{fields.real("Location_X"), fields.real("Location_Y"), fields.get("Label")};
    } else if (type == "link") {
        event.media.push_back({"link", fields.get("Url")});
        event.text = std::string(text::trim(fields.get("Title")));
    } else {
        event.kind = EventKind::ignore;
    }
}

Happening group_change(const Fields& fields)
{
    const std::string& change = fields.get("ChangeType");
    if (change == "create")
        return Happening::bot_joined;
    if (change == "dismiss")
        return Happening::bot_left;
    const std::string& detail = fields.get("UpdateDetail");
    if (detail == "change_name")
        return Happening::group_renamed;
    if (detail == "add_member")
        return Happening::member_joined;
    return detail == "del_member" ? Happening::member_left : Happening::none;
}

void read_event(Event& event, const Fields& fields)
{
    const std::string& name = fields.get("Event");
    event.key = fields.get("EventKey");
    if (name == "change_external_chat") {
        event.chat = Chat{ChatType::group, fields.get("ChatId")};
        event.happening = group_change(fields);
    } else if (name == "enter_agent") {
        event.happening = Happening::chat_opened;
    } else if (name == "subscribe") {
        event.happening = Happening::subscribed;
    } else if (name == "unsubscribe") {
        event.happening = Happening::unsubscribed;
    } else if (name == "click") {
        event.happening = Happening::menu_click;
    } else if (name == "LOCATION") {
        event.happening = Happening::location_report;
        event.location = Place{fields.real("Latitude"), fields.real("Longitude"), ""};
    } else if (name == "template_card_event") {
        event.happening = Happening::card_action;
        event.flag = fields.get("TaskId");
    }
    event.kind = event.happening == Happening::none ? EventKind::ignore : EventKind::notice;
    event.dedupe_key = "e:" + event.sender.id + ":" + fields.get("CreateTime") + ":" + name + ":" +
                       event.key + ":" + fields.get("ChatId") + ":" + fields.get("ChangeType") + ":" +
                       fields.get("UpdateDetail") + ":" + event.flag;
}

} // namespace

Result<Event> to_event(const std::string& account, const Fields& fields)
{
    const std::string& type = fields.get("MsgType");
    Event event;
    event.account = account;
    event.sender.id = lower(fields.get("FromUserName"));
    if (event.sender.id.empty() || type.empty())
        return make_error_code(Errc::bad_payload);
    event.self_id = fields.get("AgentID");
    event.chat = Chat{ChatType::direct, event.sender.id};
    event.time_ms = time_of(fields);
    event.mentions_bot = true;
    if (type == "event")
        read_event(event, fields);
    else
        read_message(event, type, fields);
    return event;
}

} // namespace bot::doors::wecom_app
