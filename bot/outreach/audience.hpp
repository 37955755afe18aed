#pragma once
#include "bot/storage/deliveries_store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace bot::outreach {

struct AudienceError {
    std::size_t position = 0; ///< characters from the start
    std::string message;      ///< plain Chinese
};

struct Audience {
    std::optional<storage::Condition> condition;
    AudienceError error; ///< meaningful without `condition`
};

/// `org:621102 and (industry:courier or not tag:北城)` → a condition with bound values. Words: org, industry,
/// tag, group, subscribed; `root` is everything; and, or, not, brackets; `and` binds closer than `or`. Pure.
Audience parse_audience(std::string_view expression);

} // namespace bot::outreach
