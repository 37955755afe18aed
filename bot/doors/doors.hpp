#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors {

/// Every platform's keys, for reading the configuration.
config::Platforms platform_keys();

/// Opens the door of an account. Throws std::runtime_error naming the account when its platform has no door
/// yet or its settings cannot work.
OpenAccount open(const config::Account& account, const World& world);

} // namespace bot::doors
