#pragma once
#include "bot/core/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace bot {

/// JSON from outside, at most 32 levels deep: deeper values would exhaust the stack of whoever walks them.
/// Errors: bad_payload (no JSON, bad UTF-8, too deep).
Result<nlohmann::json> parse_json(std::string_view raw);
/// The same, with null for what is none.
nlohmann::json json_or_null(std::string_view raw);

} // namespace bot
