#pragma once
#include "bot/outreach/quiet_hours.hpp"

#include <cstdint>

namespace bot::outreach {

/// What the owner decided about notices.
struct Rules {
    int approval_from_groups = 0; ///< a second person approves from so many groups on; 0 = never
    int per_group_per_day = 0;    ///< 0 = no cap
    QuietHours quiet;

    bool needs_approval(std::int64_t groups, bool is_emergency) const
    {
        return approval_from_groups > 0 && (is_emergency || groups >= approval_from_groups);
    }
};

} // namespace bot::outreach
