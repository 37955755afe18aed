#include "bot/core/ids.hpp"

namespace bot {
namespace {
constexpr std::int64_t epoch_ms = 1'577'836'800'000;
constexpr int sequence_bits = 13;
constexpr int node_bits = 8;
} // namespace

std::int64_t IdSource::next()
{
    const std::lock_guard lock(mutex_);
    const std::int64_t ticks = (clock_.now_ms() - epoch_ms) << sequence_bits;
    last_ = ticks > last_ ? ticks : last_ + 1;
    const std::int64_t sequence = last_ & ((1 << sequence_bits) - 1);
    return ((last_ >> sequence_bits) << (sequence_bits + node_bits)) |
           (static_cast<std::int64_t>(node_) << sequence_bits) | sequence;
}

} // namespace bot
