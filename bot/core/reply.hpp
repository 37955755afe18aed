#pragma once
#include "bot/core/event.hpp"

#include <string>

namespace bot {

/// One answer of the house to one event. Plain text; the door renders it within its capabilities.
struct Reply {
    std::string text;
};

/// A message that leaves through a door: an answer (with `reply_to`) or a notice.
struct Outgoing {
    Chat chat;
    std::string text;
    std::string reply_to;      ///< the message id this answers, or empty
    std::string mention;       ///< a person to @, or empty
    std::string dedupe_handle; ///< fixed when the intent was written; empty where the platform has none
};

/// What to do after a platform answered (or did not). The words of `protocols/`: every door maps its codes
/// here.
enum class SendAction {
    ok,             ///< accepted, with a receipt
    sent,           ///< the platform already has it
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
