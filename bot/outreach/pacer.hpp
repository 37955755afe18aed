#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace bot::outreach {

/// So many sends in so many milliseconds.
struct Rate {
    std::int64_t count = 0;
    std::int64_t period_ms = 0;
};

/// `20/min`, `600/h`, `2/s`, `5000/day`. Nothing for anything else.
std::optional<Rate> parse_rate(std::string_view text);

/// Generic cell rate algorithm without burst: sends are spaced evenly, so no sliding window of the period
/// ever holds more than `count`. The caller brings the time. Not thread-safe.
class Pacer {
public:
    explicit Pacer(std::optional<Rate> rate) : rate_(rate) {}

    void set_rate(std::optional<Rate> rate) { rate_ = rate; }
    /// How many of `wanted` may go now; they count as sent.
    int take(std::int64_t now_ms, int wanted);
    /// When the next one may go; `now_ms` when it may at once.
    std::int64_t next_ms(std::int64_t now_ms) const;
    /// Nothing goes before `until_ms` (a penalty).
    void hold_until(std::int64_t until_ms);
    /// Gives back what `take` counted and was not used.
    void give_back(int count);

private:
    std::int64_t spacing() const;

    std::optional<Rate> rate_;
    std::int64_t next_allowed_ms_ = 0;
    std::int64_t held_until_ms_ = 0;
};

} // namespace bot::outreach
