#include "bot/core/reply.hpp"

namespace bot {

const char* to_string(SendAction action)
{
    switch (action) {
    case SendAction::ok: return "ok";
    case SendAction::sent: return "sent";
    case SendAction::handed: return "handed";
    case SendAction::unknown_result: return "unknown_result";
    case SendAction::retry: return "retry";
    case SendAction::backoff: return "backoff";
    case SendAction::refresh_token: return "refresh_token";
    case SendAction::window_closed: return "window_closed";
    case SendAction::disable_push: return "disable_push";
    case SendAction::disable_chat: return "disable_chat";
    case SendAction::drop: return "drop";
    case SendAction::shorten: return "shorten";
    case SendAction::content: return "content";
    case SendAction::review: return "review";
    case SendAction::operator_: return "operator";
    }
    return "unknown_result";
}

} // namespace bot
