#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/pacer.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/groups_store.hpp"
#include "bot/wording/renderer.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace bot::console {

/// One configured account as the API sees it.
struct Lane {
    const Door* door = nullptr;
    std::optional<outreach::Rate> rate;
};

/// The rooms that the API speaks of; they outlive it. The functions are called from any thread.
struct House {
    storage::Database& database;
    outreach::Announcer& announcer;
    const wording::Renderer& words;
    const Clock& clock;
    outreach::Rules rules;
    std::function<std::vector<Lane>()> lanes;
    std::function<void(const storage::Group&)> on_group_changed;
};

} // namespace bot::console
