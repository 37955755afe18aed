#pragma once
#include <cstdint>
#include <deque>
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

/// Spaces sends evenly and never lets a sliding window of the period hold more than `count`, wherever between
/// leaving and being answered the platform counts a send: a send counts as under way until `finished`, then
/// for one period. The caller brings the time. Not thread-safe.
class Pacer {
public:
    explicit Pacer(std::optional<Rate> rate) : rate_(rate) {}

    void set_rate(std::optional<Rate> rate) { rate_ = rate; }
    /// How many of `wanted` may go now; each is under way until `finished` or `give_back`.
    int take(std::int64_t now_ms, int wanted);
    /// So many sends ended, however they ended: the platform may have counted them as late as now.
    void finished(std::int64_t now_ms, int count);
    /// When the next one may go; `now_ms` when it may at once.
    std::int64_t next_ms(std::int64_t now_ms) const;
    /// Nothing goes before `until_ms` (a penalty).
    void hold_until(std::int64_t until_ms);
    /// So many were not used.
    void give_back(int count);

private:
    std::int64_t spacing() const;
    bool is_full(std::int64_t now_ms) const;

    std::optional<Rate> rate_;
    std::int64_t next_allowed_ms_ = 0;
    std::int64_t held_until_ms_ = 0;
    std::int64_t under_way_ = 0;
    std::deque<std::int64_t> finished_ms_; ///< at most `count`, oldest first
};

} // namespace bot::outreach
