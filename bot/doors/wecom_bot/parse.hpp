#pragma once
#include "bot/core/error.hpp"
#include "bot/core/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

/// What a smart bot hears → the house's `Event` (protocol sheet wecom, section 5). Pure.
namespace bot::doors::wecom_bot {

/// One callback.
struct Heard {
    Event event;
    std::string reply_url;      ///< for one answer within the hour, or empty
    std::string stream_id;      ///< not empty: the platform asks for the next piece of that stream
    bool is_taken_over = false; ///< a newer connection replaced ours
};

/// Without the mention in front: the bot's name when it is known, else the first word.
std::string without_mention(std::string_view text, std::string_view bot_name);

/// Errors: bad_payload when it is no callback. Unknown kinds become `ignore`.
Result<Heard> to_heard(const std::string& account, const nlohmann::json& payload, std::string_view bot_name);

} // namespace bot::doors::wecom_bot
