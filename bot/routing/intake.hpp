#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/event.hpp"

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bot::routing {

enum class Verdict { accept, duplicate, stale, self, looping, withdrawn, ignore };

inline constexpr std::size_t verdict_count = 7;

const char* to_string(Verdict verdict);

struct IntakeLimits {
    std::int64_t remember_ms = 72LL * 3600 * 1000; ///< how long a redelivery is recognised
    std::int64_t stale_ms = 5 * 60 * 1000;         ///< older messages are not answered
    std::size_t keys = 2'000'000;
    int loop_count = 6;                   ///< like messages of one person …
    std::int64_t loop_window_ms = 60'000; ///< … within this
    std::int64_t loop_mute_ms = 10 * 60 * 1000;
};

/// A key and when it was first seen; what the write-behind queue stores.
struct SeenKey {
    std::string key;
    std::int64_t at_ms = 0;
};

/// Lets each event through once. Thread-safe; never does I/O.
class Intake {
public:
    Intake(const Clock& clock, IntakeLimits limits = {}) : clock_(clock), limits_(limits) {}

    Verdict admit(const Event& event);

    /// Keys seen before a restart.
    void restore(const std::vector<SeenKey>& keys);
    /// Keys accepted since the last call, for the store.
    std::vector<SeenKey> take_new();
    std::size_t size() const;

private:
    struct Talk {
        std::size_t text_hash = 0;
        int count = 0;
        std::int64_t since_ms = 0;
        std::int64_t muted_until_ms = 0;
    };

    bool remember(std::string key, std::int64_t now, bool is_new);
    bool is_looping(const Event& event, std::int64_t now);

    const Clock& clock_;
    const IntakeLimits limits_;
    mutable std::mutex mutex_;
    using Seen = std::unordered_map<std::string, std::int64_t>; ///< key and when it was first seen

    Seen seen_;
    std::deque<const Seen::value_type*> order_; ///< oldest first
    bool any_recalled_ = false;
    std::vector<SeenKey> fresh_;
    std::unordered_map<std::string, Talk> talks_;
};

} // namespace bot::routing
