#include "bot/outreach/holding.hpp"

namespace bot::outreach {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::optional<Holding> held_by_account(const Door* door)
{
    if (!door)
        return Holding{"账号没接上，请看配置"};
    const PushMode push = door->capabilities().push;
    if (push == PushMode::next_opening)
        return Holding{"等群里有人说话"};
    if (push == PushMode::manual)
        return Holding{"等组织员复制转发并打勾"};
    if (push != PushMode::automatic && push != PushMode::assisted)
        return Holding{"这个平台不让机器人主动发"};
    if (!door->health().can_send)
        return Holding{"账号掉线"};
    return std::nullopt;
}

} // namespace

bool passes_night(const storage::Announcement& one)
{
    return one.priority == "emergency" && one.is_approved() && one.approved_by != one.created_by;
}

storage::DailyCap daily_cap(const Rules& rules, std::int64_t now_ms)
{
    const std::int64_t midnight = day_start_ms(now_ms);
    return {rules.per_group_per_day, midnight, midnight + day_ms};
}

std::optional<Holding> holding_of(const storage::Announcement& announcement, const storage::Delivery& row,
                                  const Moment& moment)
{
    if (row.state != "waiting")
        return std::nullopt;
    if (announcement.state == "paused")
        return Holding{"已暂停"};
    if (!passes_night(announcement)) {
        if (moment.rules.quiet.covers(moment.now_ms))
            return Holding{"夜里不发", moment.rules.quiet.end_ms(moment.now_ms)};
        if (row.is_capped)
            return Holding{"今天已满 " + std::to_string(moment.rules.per_group_per_day) + " 条",
                           day_start_ms(moment.now_ms) + day_ms};
    }
    if (auto held = held_by_account(moment.door(row.account)))
        return held;
    if (row.not_before_ms > moment.now_ms)
        return Holding{row.reason.empty() ? "等额度" : row.reason, row.not_before_ms};
    return std::nullopt;
}

} // namespace bot::outreach
