#pragma once
#include "bot/core/event.hpp"
#include "bot/doors/tencent/fields.hpp"

#include <string>

/// What an official account hears → the house's `Event` (protocol sheet, section 4). Pure.
namespace bot::doors::wechat_mp {

/// Errors: bad_payload when nobody sent it. Unknown kinds become `ignore`.
Result<Event> to_event(const std::string& account, const tencent::Fields& fields);

} // namespace bot::doors::wechat_mp
