#pragma once
#include "bot/core/selves.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The signals of the event socket (protocol sheet, section 2.1). Pure.
namespace bot::doors::satori {

inline constexpr std::chrono::seconds ping_every{10};
inline constexpr std::chrono::seconds dead_after{30};

enum class Op { event = 0, ping = 1, pong = 2, identify = 3, ready = 4, meta = 5 };

/// The first frame after opening. `last`: the sequence number up to which everything was seen.
std::string identify(const std::string& token, std::optional<std::int64_t> last);
std::string ping();

/// Bots and whether each is online.
using Logins = std::vector<std::pair<Self, bool>>;
Logins read_logins(const nlohmann::json& body);

struct Ending {
    bool may_reconnect = true;
    bool may_resume = true;
};
/// What a close code means; 0 = the connection just broke.
Ending ending_of(unsigned close_code);

/// `https://host/path` → `wss://host/path/v1/events`.
std::string events_url(const std::string& api);

} // namespace bot::doors::satori
