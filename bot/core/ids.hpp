#pragma once
#include "bot/core/clock.hpp"

#include <cstdint>
#include <mutex>

namespace bot {

/// Time-ordered 64-bit ids: 42 bits of milliseconds since 2020-01-01 UTC, 8 bits of node, 13 bits of
/// sequence. Never repeats within a node, also when the clock steps back. Thread-safe.
class IdSource {
public:
    explicit IdSource(const Clock& clock, unsigned node = 0) : clock_(clock), node_(node & 0xffU) {}
    std::int64_t next();

private:
    const Clock& clock_;
    const unsigned node_;
    std::mutex mutex_;
    std::int64_t last_ = 0;
};

} // namespace bot
