#pragma once
#include "bot/core/door.hpp"
#include "bot/doors/sandbox/chat_log.hpp"

#include <optional>
#include <string>
#include <vector>

/// How a capability record is felt. Pure functions.
namespace bot::doors::sandbox {

/// Whether the bot gets to hear this line of a person at all.
bool hears(const Capabilities& can, const Line& line);

/// Why the bot did not hear it, in plain Chinese.
std::string why_unheard(const Capabilities& can);

/// What is left of the reply window of one message.
struct Opening {
    bool open = false;
    int left = -1;             ///< answers that may still be sent; -1 = no limit
    std::int64_t until_ms = 0; ///< 0 = no end
};
Opening opening_of(const Capabilities& can, const Line& heard, std::int64_t now_ms);

/// Why nothing may be sent any more, in plain Chinese.
std::string why_closed(const Capabilities& can, const Opening& opening);

bool has_link(const std::string& text);

/// `text` in messages of at most `limit` characters, cut at line ends where that leaves no piece shorter than
/// half.
std::vector<std::string> in_parts(const std::string& text, std::size_t limit);

} // namespace bot::doors::sandbox
