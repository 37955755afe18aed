#pragma once
#include "bot/core/reply.hpp"
#include "bot/doors/tencent/promise.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace bot::doors::tencent {

/// One callback and everything that became of it, shared by its redeliveries.
struct Exchange {
    Promised<std::optional<Reply>> reply; ///< the house's answer
    int deliveries = 0;                   ///< how often the platform told us
    bool is_acknowledged = false;         ///< the platform was told that nothing comes in the response

    /// Empty before it is there and where the house has nothing to say.
    std::string text() const
    {
        const auto given = reply.value();
        return given ? given->text : std::string();
    }
};

/// The callbacks of the last minutes by sender, time and id. Thread-safe.
class Exchanges {
public:
    struct Entered {
        std::shared_ptr<Exchange> exchange;
        int delivery = 1; ///< which telling of it this is
    };

    /// The exchange of that key, a new one at its first delivery.
    Entered enter(const std::string& key, std::int64_t now_ms);
    /// Whether the answer has to go by itself: true once, for whoever acknowledges first.
    bool acknowledge(Exchange& exchange);
    bool is_acknowledged(const Exchange& exchange) const;

private:
    struct Told {
        std::string key;
        std::int64_t at_ms = 0;
    };

    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<Exchange>> exchanges_;
    std::deque<Told> order_;
};

} // namespace bot::doors::tencent
