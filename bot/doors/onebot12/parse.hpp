#pragma once
#include "bot/core/error.hpp"
#include "bot/core/event.hpp"
#include "bot/core/json.hpp"
#include "bot/core/selves.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <utility>
#include <vector>

/// OneBot 12 events → the house's `Event` (protocol sheet, section 4). Pure.
namespace bot::doors::onebot12 {

struct Heard {
    Event event;
    Self self;                               ///< empty on meta events
    std::vector<std::pair<Self, bool>> bots; ///< of a status update: who there is, and whether online
};

/// Errors: bad_payload when the body is no event (no object, no type), also inside one JSON string. Unknown
/// types become `ignore`.
Result<Heard> read_event(const std::string& account, const nlohmann::json& payload);

/// A channel of a guild as the id of a group, and back; nothing for an ordinary group.
std::string channel_id(const std::string& guild, const std::string& channel);
std::optional<std::pair<std::string, std::string>> as_channel(const std::string& chat_id);

} // namespace bot::doors::onebot12
