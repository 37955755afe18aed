#pragma once
#include "bot/core/event.hpp"

#include <optional>
#include <string>

namespace bot {

/// One answer of the house to one event. Plain text; the door renders it within its capabilities.
struct Reply {
    std::string text;
};

/// A link with a face, for platforms that show such cards.
struct LinkCard {
    std::string title, description, url;
    std::string picture_url; ///< or empty
};

/// A message that leaves through a door: an answer (with `reply_to`) or a notice.
struct Outgoing {
    Chat chat;
    std::string text;
    std::string markdown;         ///< the same words for platforms that show simple markdown, or empty
    std::string picture;          ///< PNG or JPEG that follows the text, or empty
    std::optional<LinkCard> card; ///< follows the text where the platform has cards
    std::string reply_to;         ///< the message id this answers, or empty
    std::string mention;          ///< a person to @, or empty
    std::string receipt;          ///< what the platform called it when it took it; empty before
    std::string dedupe_handle;    ///< fixed when the intent was written; empty where the platform has none
};

/// What to do after a platform answered (or did not). The words of `protocols/`: every door maps its codes
/// here.
enum class SendAction {
    ok,             ///< accepted, with a receipt
    sent,           ///< the platform already has it
    handed,         ///< a person was given it and has to send it on; the id names the task
    unknown_result, ///< may or may not have gone: never resend by itself
    retry,          ///< nothing went: soon again, few times, growing delay
    backoff,        ///< wait (limit, risk control), then the same message may go
    refresh_token,
    window_closed,
    disable_push,
    disable_chat, ///< this chat is closed to the bot
    drop,         ///< this message can never go
    shorten,
    content,
    review,
    operator_, ///< configuration, credentials, permission: stop the account, alert its owner
};

const char* to_string(SendAction action);

/// Whose trouble it is when a message did not go. What is the account's never counts against a message.
enum class Scope {
    account, ///< a limit, risk control, no connection, wrong settings: whatever leaves next meets it too
    chat,    ///< this chat only
    message, ///< this message only
    unclear, ///< the platform did not say
};

/// The outcome of one send. `reason` is plain Chinese for the organizer, `platform_words` the platform's own.
struct SendOutcome {
    SendAction action = SendAction::unknown_result;
    std::string platform_message_id;
    std::string platform_words;
    std::string reason;
    std::int64_t retry_after_ms = 0;
    Scope scope = Scope::account; ///< of `retry` and `backoff`

    bool delivered() const { return action == SendAction::ok || action == SendAction::sent; }
};

} // namespace bot
