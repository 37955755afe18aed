#include "bot/outreach/forecast.hpp"

#include <algorithm>

namespace bot::outreach {
namespace {

constexpr Rate without_rate{200, 1'000}; ///< what one node does where nothing else limits it

} // namespace

std::optional<std::int64_t> earliest_finish_ms(const std::vector<Share>& shares, std::int64_t start_ms,
                                               const QuietHours& quiet, bool passes_night)
{
    std::int64_t work_ms = 0;
    for (const Share& share : shares) {
        if (share.push != PushMode::automatic)
            return std::nullopt;
        const Rate rate = share.rate.value_or(without_rate);
        work_ms = std::max(work_ms, share.groups * share.messages_each * rate.period_ms / rate.count);
    }
    return passes_night ? start_ms + work_ms : quiet.finish_ms(start_ms, work_ms);
}

} // namespace bot::outreach
