#pragma once
#include "bot/core/error.hpp"
#include "bot/core/event.hpp"
#include "bot/core/json.hpp"
#include "bot/core/selves.hpp"
#include "bot/doors/satori/gateway.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

/// Satori events → the house's `Event` (protocol sheet, section 4). Pure.
namespace bot::doors::satori {

struct Heard {
    Event event;
    Self self;
    std::string channel;            ///< where a private chat is answered
    std::optional<std::int64_t> sn; ///< for resuming
    Logins logins;                  ///< of a login event: who, and whether online
};

/// Errors: bad_payload when the body is no object. Types that are not known, and bodies without one, become
/// `ignore`.
Result<Heard> read_event(const std::string& account, const nlohmann::json& body);

} // namespace bot::doors::satori
