#include "bot/doors/wechat_mp/parse.hpp"

#include "bot/core/text.hpp"

namespace bot::doors::wechat_mp {
namespace {

using tencent::Fields;

constexpr std::string_view code_prefix = "qrscene_";
constexpr std::string_view failed_prefix = "failed:";

std::int64_t time_of(const Fields& fields)
{
    constexpr std::int64_t last_second_of_9999 = 253'402'300'799;
    const std::int64_t seconds = fields.number("CreateTime");
    return seconds < 0 || seconds > last_second_of_9999 ? 0 : seconds * 1000;
}

void read_message(Event& event, const std::string& type, const Fields& fields)
{
    event.kind = EventKind::message;
    event.message_id = fields.get("MsgId");
    event.dedupe_key = "m:" + event.sender.id + ":" + fields.get("CreateTime") + ":" + event.message_id;
    if (type == "text") {
        event.text = std::string(text::trim(fields.get("Content")));
    } else if (type == "voice") {
        event.text = std::string(text::trim(fields.get("Recognition")));
        event.media.push_back({"voice", fields.get("MediaId")});
    } else if (type == "image") {
        const std::string& url = fields.get("PicUrl");
        event.media.push_back({"image", url.empty() ? fields.get("MediaId") : url});
    } else if (type == "video" || type == "shortvideo") {
        event.media.push_back({"video", fields.get("MediaId")});
    } else if (type == "location") {
        event.location = Place{fields.real("Location_X"), fields.real("Location_Y"), fields.get("Label")};
    } else if (type == "link") {
        event.media.push_back({"link", fields.get("Url")});
        event.text = std::string(text::trim(fields.get("Title")));
    } else {
        event.kind = EventKind::ignore;
    }
}

void read_report(Event& event, const Fields& fields)
{
    event.happening = Happening::delivery_report;
    event.message_id = fields.get("MsgID");
    std::string_view status = fields.get("Status");
    event.delivered = status == "success" || status == "send success" || status == "sendsuccess";
    if (status.starts_with(failed_prefix))
        status.remove_prefix(failed_prefix.size());
    if (!event.delivered)
        event.comment = std::string(text::trim(status));
}

void read_event(Event& event, const Fields& fields)
{
    const std::string& name = fields.get("Event");
    event.key = fields.get("EventKey");
    event.kind = EventKind::notice;
    if (name == "subscribe") {
        event.happening = Happening::subscribed;
        if (event.key.starts_with(code_prefix))
            event.key.erase(0, code_prefix.size());
    } else if (name == "unsubscribe") {
        event.happening = Happening::unsubscribed;
    } else if (name == "SCAN") {
        event.happening = Happening::scanned;
    } else if (name == "CLICK") {
        event.happening = Happening::menu_click;
    } else if (name == "LOCATION") {
        event.happening = Happening::location_report;
        event.location = Place{fields.real("Latitude"), fields.real("Longitude"), ""};
    } else if (name == "TEMPLATESENDJOBFINISH" || name == "MASSSENDJOBFINISH") {
        read_report(event, fields);
    } else {
        event.kind = EventKind::ignore;
    }
    event.dedupe_key = "e:" + event.sender.id + ":" + fields.get("CreateTime") + ":" + name + ":" +
                       fields.get("EventKey") + ":" + event.message_id;
}

} // namespace

Result<Event> to_event(const std::string& account, const Fields& fields)
{
    const std::string& type = fields.get("MsgType");
    Event event;
    event.account = account;
    event.sender.id = fields.get("FromUserName");
    if (event.sender.id.empty() || type.empty())
        return make_error_code(Errc::bad_payload);
    event.self_id = fields.get("ToUserName");
    event.chat = Chat{ChatType::direct, event.sender.id};
    event.time_ms = time_of(fields);
    event.mentions_bot = true;
    if (type == "event")
        read_event(event, fields);
    else
        read_message(event, type, fields);
    return event;
}

} // namespace bot::doors::wechat_mp
