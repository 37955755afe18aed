#pragma once
#include "bot/core/reply.hpp"
#include "bot/net/access_token.hpp"

#include <string>
#include <string_view>

/// What the platform answered → `SendOutcome` (protocol sheet, section 10). Pure.
namespace bot::doors::qq {

enum class Transport {
    answered,
    refused, ///< nothing left
    lost,    ///< the request may have arrived
};

struct Answer {
    Transport transport = Transport::lost;
    unsigned status = 0;
    std::string body;
    std::string trace;               ///< the platform's own id of the call, for its support
    std::int64_t retry_after_ms = 0; ///< as it said itself
};

/// Of a message call. `platform_message_id` is the message's, or the review's where it waits for one.
SendOutcome classify(const Answer& answer);
/// Whether the platform does not let this bot write Markdown.
bool lacks_markdown(const SendOutcome& outcome);
/// Whether this bot, not only this chat, may push nothing unasked.
bool may_push_nowhere(const SendOutcome& outcome);

/// Of the token call; errors come with HTTP 200.
net::LentToken read_token(const Answer& answer);

} // namespace bot::doors::qq
