#pragma once
#include <atomic>
#include <cstdint>

namespace bot {

/// The one source of wall time: milliseconds UTC. Injected, so that tests and `demo --now` decide.
/// Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual std::int64_t now_ms() const = 0;
};

class SystemClock final : public Clock {
public:
    std::int64_t now_ms() const override;
};

/// The system clock moved by a fixed offset, so that it starts at `start_ms`.
class ShiftedClock final : public Clock {
public:
    explicit ShiftedClock(std::int64_t start_ms);
    std::int64_t now_ms() const override;

private:
    std::int64_t offset_ms_;
};

/// Stands still until told. For tests.
class ManualClock final : public Clock {
public:
    explicit ManualClock(std::int64_t start_ms) : now_(start_ms) {}
    std::int64_t now_ms() const override { return now_.load(); }
    void advance_ms(std::int64_t by) { now_ += by; }
    void set_ms(std::int64_t to) { now_ = to; }

private:
    std::atomic<std::int64_t> now_;
};

} // namespace bot
