#pragma once
#include "bot/core/error.hpp"
#include "bot/core/event.hpp"
#include "bot/core/json.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

/// What the platform posts → the house's `Event` (protocol sheet, section 4). Pure.
namespace bot::doors::qq {

/// The result of a review that a message of ours waited for.
struct Audit {
    std::string id; ///< empty: this was none
    bool passed = false;
};

/// One request, read.
struct Heard {
    enum class Op { event, heartbeat, validation, other };
    Op op = Op::other;
    Event event;             ///< of `event` and `heartbeat`
    std::string reply_to;    ///< what answers name: a message id, or `event:` and an event id; may be empty
    std::string interaction; ///< a button click that wants to be acknowledged
    Audit audit;
    std::string beat;                  ///< of a heartbeat: its `d`, as JSON
    std::string plain_token, event_ts; ///< of a validation
};

/// Errors: bad_payload (no object, no op, a validation without its words). Events that are not known become
/// `ignore`.
Result<Heard> read_request(const std::string& account, const nlohmann::json& payload);

/// The start of a `reply_to` that names an event.
inline constexpr std::string_view event_prefix = "event:";

} // namespace bot::doors::qq
