#pragma once
#include "tests/simulator/onebot11/actions.hpp"

#include <nlohmann/json.hpp>

namespace simulator::onebot11 {

/// A message event in the dialect's form. `order`: text, group (or none for a private message), user,
/// mention, message_id, time (seconds), quote (a message id), name; each optional but text. The message also
/// enters the chat.
nlohmann::json message_event(World& world, const Dialect& dialect, const Account& account,
                             const nlohmann::json& order);

/// `lifecycle connect` and `heartbeat`.
nlohmann::json lifecycle_event(const Account& account);
nlohmann::json heartbeat_event(const Account& account, std::int64_t interval_ms);

} // namespace simulator::onebot11
