#pragma once
#include "bot/core/door.hpp"
#include "bot/outreach/pacer.hpp"
#include "bot/outreach/quiet_hours.hpp"

#include <optional>
#include <vector>

namespace bot::outreach {

/// One account's part of a notice.
struct Share {
    std::int64_t groups = 0;
    std::int64_t messages_each = 1;
    std::optional<Rate> rate;
    PushMode push = PushMode::automatic;
};

/// When a notice that starts at `start_ms` can be out at the earliest: the slowest account decides, and
/// nights are kept unless it `passes_night`. Nothing where people decide when it goes. Pure.
std::optional<std::int64_t> earliest_finish_ms(const std::vector<Share>& shares, std::int64_t start_ms,
                                               const QuietHours& quiet, bool passes_night);

} // namespace bot::outreach
