#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bot {

enum class ChatType { group, direct };

/// A conversation on one account. Ids are the platform's, always kept as text.
struct Chat {
    ChatType type = ChatType::group;
    std::string id;

    bool operator==(const Chat&) const = default;
};

struct Sender {
    std::string id;
    std::string name; ///< the name in the group where there is one, else the nickname
    std::string role; ///< owner, admin, member, or empty where the platform does not say

    bool operator==(const Sender&) const = default;
};

/// Something that came with a message and is not text: `ref` is an address or a platform file id.
struct Media {
    std::string type;
    std::string ref;

    bool operator==(const Media&) const = default;
};

/// Somewhere on earth, degrees WGS-84 or what the platform means by them.
struct Place {
    double lat = 0, lon = 0;
    std::string label; ///< what the platform calls it, or empty

    bool operator==(const Place&) const = default;
};

enum class EventKind { message, notice, request, meta, ignore };

/// What a notice, request or meta event tells. `none` on messages.
enum class Happening {
    none,
    bot_joined,
    bot_left,
    bot_muted,
    bot_unmuted,
    group_muted,
    group_unmuted,
    member_joined,
    member_left,
    message_recalled,
    join_request,
    friend_request,
    friend_added,
    group_renamed,
    heartbeat,
    connected,
    bot_offline,
    bot_online,
    push_enabled,    ///< this chat wants to be told things unasked
    push_disabled,   ///< it does not any more; answers stay allowed
    chat_opened,     ///< somebody looks at the chat with the bot for the first time in a while
    subscribed,      ///< a person follows the account; `key` says by which code
    unsubscribed,    ///< what is kept of this person has to go
    scanned,         ///< a follower scanned the code `key`
    menu_click,      ///< the menu entry `key`
    card_action,     ///< the button `key` of the card `flag`
    location_report, ///< `location`, unasked
    delivery_report, ///< whether `message_id` arrived: `delivered`, else `comment` says why
};

/// `bot_joined`, `heartbeat`, …; the words of logs, metrics and test vectors.
const char* to_string(Happening happening);

/// One thing that a platform told us, in the words of the house. Doors make these; nothing behind a
/// door can tell which platform it came from.
struct Event {
    std::string account; ///< id of the configured account
    EventKind kind = EventKind::ignore;
    Happening happening = Happening::none;
    Chat chat;
    Sender sender;
    std::string self_id;    ///< the bot's own id on the platform
    std::string message_id; ///< of the message, or of the message that a recall names
    std::string text;       ///< text segments joined in order, trimmed at both ends
    std::string quoted_id;  ///< the message this one quotes, or empty
    std::vector<Media> media;
    bool mentions_bot = false;
    bool mentions_all = false;
    bool self = false;        ///< sent by the bot itself: never answered
    std::int64_t time_ms = 0; ///< the platform's time, milliseconds UTC; 0 where it gives none
    std::string
        dedupe_key; ///< equal for redeliveries of one event, within one account; empty = never deduped
    std::string quoted_text; ///< what the quoted message says, where the platform tells
    std::optional<Place> location;
    std::string key;              ///< what was chosen or scanned
    bool delivered = true;        ///< of a delivery report
    std::string flag;             ///< handle of a request
    std::string comment;          ///< what a request says
    std::int64_t seconds = 0;     ///< length of a mute
    bool online = true;           ///< heartbeat: logged in
    std::int64_t interval_ms = 0; ///< heartbeat: announced interval
};

} // namespace bot
