#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/ids.hpp"
#include "bot/storage/database.hpp"

#include <filesystem>
#include <string>

namespace bot {

/// Tokens of the demo's two people, made anew at every start; the earlier ones stop working.
struct DemoTokens {
    std::string organizer, reviewer;
};

/// Fills the store from `templates/data/demo`: Dingxi's units, example units, the sandbox groups and one
/// scheduled notice. What is there already stays as people left it. Throws std::runtime_error when the files
/// are missing or broken.
void fill_demo(storage::Database& database, IdSource& ids, const Clock& clock,
               const std::filesystem::path& templates);

DemoTokens make_demo_tokens(storage::Database& database, const Clock& clock);

} // namespace bot
