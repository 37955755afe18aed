#pragma once
#include "bot/core/door.hpp"
#include "bot/outreach/rules.hpp"
#include "bot/storage/announcements_store.hpp"
#include "bot/storage/deliveries_store.hpp"

#include <functional>
#include <optional>
#include <string>

namespace bot::outreach {

/// Why a waiting row does not go yet, and until when; 0 = nobody knows.
struct Holding {
    std::string reason;
    std::int64_t until_ms = 0;
};

/// The moment in which rows of one announcement are looked at.
struct Moment {
    std::int64_t now_ms = 0;
    Rules rules;
    std::function<const Door*(const std::string& account)> door; ///< null for an account that is not there
};

/// Emergencies that a second person approved go at night and beyond the daily cap.
bool passes_night(const storage::Announcement& announcement);
storage::DailyCap daily_cap(const Rules& rules, std::int64_t now_ms);

/// Nothing for a row that may go any moment or does not wait. Pure but for the door's health.
std::optional<Holding> holding_of(const storage::Announcement& announcement, const storage::Delivery& row,
                                  const Moment& moment);

} // namespace bot::outreach
