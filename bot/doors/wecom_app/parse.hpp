#pragma once
#include "bot/core/event.hpp"
#include "bot/doors/tencent/fields.hpp"

#include <string>

/// What a self-built application hears → the house's `Event` (protocol sheet wecom, sections 3 and 7). Pure.
namespace bot::doors::wecom_app {

/// Errors: bad_payload when nobody sent it. Unknown kinds become `ignore`.
Result<Event> to_event(const std::string& account, const tencent::Fields& fields);

} // namespace bot::doors::wecom_app
