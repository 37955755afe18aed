#include "bot/doors/wecom_bot/parse.hpp"

#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace bot::doors::wecom_bot {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end())
        return {};
    if (found->is_number_integer())
        return std::to_string(found->get<std::int64_t>());
    return found->is_string() ? found->get<std::string>() : std::string();
}

json part_of(const json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_object() ? *found : json::object();
}

std::int64_t time_of(const json& payload)
{
    constexpr std::int64_t last_second_of_9999 = 253'402'300'799;
    const auto found = payload.find("create_time");
    const std::int64_t seconds =
        found != payload.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
    return seconds < 0 || seconds > last_second_of_9999 ? 0 : seconds * 1000;
}

/// Text and media of one message, in any of its shapes.
struct Content {
    std::string text;
    std::vector<Media> media;
};

void read_content(const json& message, Content& content)
{
    const std::string type = text_of(message, "msgtype");
    const json inner = part_of(message, type.c_str());
    if (type == "text" || type == "voice") {
        content.text += text_of(inner, "content");
    } else if (type == "image" || type == "file" || type == "video") {
        content.media.push_back({type, text_of(inner, "url")});
    } else if (type == "mixed") {
        const auto items = inner.find("msg_item");
        if (items != inner.end() && items->is_array())
            for (const json& item : *items)
                if (text_of(item, "msgtype") != "mixed")
                    read_content(item, content);
    }
}

bool is_known_message(const std::string& type)
{
    static constexpr const char* types[] = {"text", "voice", "image", "file", "video", "mixed"};
    return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

void read_event(Heard& heard, const json& payload)
{
    const json event = part_of(payload, "event");
    const std::string type = text_of(event, "eventtype");
    heard.event.kind = EventKind::notice;
    if (type == "enter_chat") {
        heard.event.happening = Happening::chat_opened;
    } else if (type == "template_card_event") {
        const json card = part_of(event, "template_card_event");
        heard.event.happening = Happening::card_action;
        heard.event.key = text_of(card, "event_key");
        heard.event.flag = text_of(card, "task_id");
    } else {
        heard.event.kind = EventKind::ignore;
        heard.is_taken_over = type == "disconnected_event";
    }
}

} // namespace

std::string without_mention(std::string_view text, std::string_view bot_name)
{
    text = text::trim(text);
    if (!text.starts_with('@'))
        return std::string(text);
    if (!bot_name.empty() && text.substr(1).starts_with(bot_name))
        return std::string(text::trim(text.substr(1 + bot_name.size())));
    std::size_t end = text.find_first_of(" \t\n");
    for (const std::string_view blank : {"\u2005", "\u00a0", "\u3000"})
        end = std::min(end, text.find(blank));
    return end == std::string_view::npos ? std::string(text) : std::string(text::trim(text.substr(end)));
}

Result<Heard> to_heard(const std::string& account, const json& payload, std::string_view bot_name)
{
    const std::string type = text_of(payload, "msgtype");
    if (!payload.is_object() || type.empty())
        return make_error_code(Errc::bad_payload);
    Heard heard;
    Event& event = heard.event;
    event.account = account;
    event.self_id = text_of(payload, "aibotid");
    event.sender.id = text_of(part_of(payload, "from"), "userid");
    const std::string chat_id = text_of(payload, "chatid");
    const bool is_group = text_of(payload, "chattype") == "group" && !chat_id.empty();
    event.chat = is_group ? Chat{ChatType::group, chat_id} : Chat{ChatType::direct, event.sender.id};
    event.message_id = text_of(payload, "msgid");
    event.time_ms = time_of(payload);
    event.mentions_bot = true;
    event.dedupe_key = event.message_id.empty() ? std::string() : "m:" + event.message_id;
    heard.reply_url = text_of(payload, "response_url");
    if (type == "event") {
        read_event(heard, payload);
        return heard;
    }
    if (type == "stream")
        heard.stream_id = text_of(part_of(payload, "stream"), "id");
    if (!is_known_message(type))
        return heard;
    Content content, quoted;
    read_content(payload, content);
    read_content(part_of(payload, "quote"), quoted);
    event.kind = event.sender.id.empty() ? EventKind::ignore : EventKind::message;
    event.text = is_group ? without_mention(content.text, bot_name) : std::string(text::trim(content.text));
    event.media = std::move(content.media);
    event.quoted_text = std::string(text::trim(quoted.text));
    return heard;
}

} // namespace bot::doors::wecom_bot
