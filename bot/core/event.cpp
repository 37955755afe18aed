#include "bot/core/event.hpp"

namespace bot {

const char* to_string(Happening happening)
{
    switch (happening) {
    case Happening::none: return "none";
    case Happening::bot_joined: return "bot_joined";
    case Happening::bot_left: return "bot_left";
    case Happening::bot_muted: return "bot_muted";
    case Happening::bot_unmuted: return "bot_unmuted";
    case Happening::group_muted: return "group_muted";
    case Happening::group_unmuted: return "group_unmuted";
    case Happening::member_joined: return "member_joined";
    case Happening::member_left: return "member_left";
    case Happening::message_recalled: return "message_recalled";
    case Happening::join_request: return "join_request";
    case Happening::friend_request: return "friend_request";
    case Happening::friend_added: return "friend_added";
    case Happening::group_renamed: return "group_renamed";
    case Happening::heartbeat: return "heartbeat";
    case Happening::connected: return "connected";
    case Happening::bot_offline: return "bot_offline";
    case Happening::bot_online: return "bot_online";
    case Happening::push_enabled: return "push_enabled";
    case Happening::push_disabled: return "push_disabled";
    case Happening::chat_opened: return "chat_opened";
    case Happening::subscribed: return "subscribed";
    case Happening::unsubscribed: return "unsubscribed";
    case Happening::scanned: return "scanned";
    case Happening::menu_click: return "menu_click";
    case Happening::card_action: return "card_action";
    case Happening::location_report: return "location_report";
    case Happening::delivery_report: return "delivery_report";
    }
    return "none";
}

} // namespace bot
