#pragma once
#include "bot/core/error.hpp"
#include "bot/core/event.hpp"
#include "bot/core/json.hpp"
#include "bot/doors/onebot11/cq_code.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

/// OneBot 11 events → the house's `Event` (protocol sheet, section 4). Pure.
namespace bot::doors::onebot11 {

/// An id that came as number or string, as text; empty for anything else.
std::string id_text(const nlohmann::json& object, const char* key);

/// The segments of a `message` that is an array, one segment, or a CQ string.
std::vector<Segment> read_message(const nlohmann::json& message);

/// Errors: bad_payload when the body is no event (no object, no post_type). Unknown types become `ignore`.
Result<Event> to_event(const std::string& account, const nlohmann::json& payload);

} // namespace bot::doors::onebot11
