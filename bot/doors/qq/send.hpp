#pragma once
#include "bot/core/event.hpp"
#include "bot/core/reply.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The house's messages → calls of the platform (protocol sheet, section 5). Pure.
namespace bot::doors::qq {

struct Call {
    std::string method;
    std::string path;
    std::string body; ///< JSON, or empty
};

/// One message of ours. `reply_to` empty: nobody asked for it. `sequence` counts where `reply_to` is there.
struct Part {
    Chat chat;
    std::string text;
    std::string reply_to; ///< a message id, or `event:` and an event id
    int sequence = 1;
    bool markdown = false; ///< with buttons where the text offers choices
};

Call message_call(const Part& part);
Call acknowledge_call(const std::string& interaction);
Call token_call(const std::string& app_id, const std::string& secret);

/// Splits at line or sentence ends so that no part has more than `limit` code points.
std::vector<std::string> split_text(std::string_view text, std::size_t limit);

} // namespace bot::doors::qq
