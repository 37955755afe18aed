#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace bot::outreach {

/// So many messages in so many milliseconds.
struct Rate {
    std::int64_t count = 0;
    std::int64_t period_ms = 0;
};

/// `20/min`, `600/h`, `2/s`, `5000/day`. Nothing for anything else.
std::optional<Rate> parse_rate(std::string_view text);

/// Spaces messages evenly and never lets a sliding window of the period hold more than `count`, wherever
/// between leaving and being answered the platform counts one: a message counts as under way until
/// `finished`, then for one period. The caller brings the time. Not thread-safe.
class Pacer {
public:
    explicit Pacer(std::optional<Rate> rate) : rate_(rate) {}

    void set_rate(std::optional<Rate> rate) { rate_ = rate; }
    /// How many of `wanted` may go now, each under way until `finished` or `give_back`: none, or at least
    /// `together`, which are the parts of one text and go at once. A text of more parts than the rate counts
    /// gets the whole window.
    int take(std::int64_t now_ms, int wanted, int together = 1);
    /// So many were not used.
    void give_back(int count);
    /// So many leave without asking: answers.
    void started(std::int64_t now_ms, int count);
    /// So many ended, however they ended: the platform may have counted them as late as now.
    void finished(std::int64_t now_ms, int count);
    /// So many had ended at `at_ms`, in an earlier run; oldest first, before anything else.
    void remember(std::int64_t at_ms, int count);
    /// When `together` may go; `now_ms` when they may at once.
    std::int64_t next_ms(std::int64_t now_ms, int together = 1) const;

private:
    std::int64_t spacing_us() const;
    std::int64_t room(std::int64_t now_ms) const;
    void move_on(std::int64_t now_ms, int count);
    void keep(std::int64_t at_ms, int count);

    std::optional<Rate> rate_;
    std::int64_t next_allowed_us_ = 0;
    std::int64_t under_way_ = 0;
    std::deque<std::int64_t> finished_ms_; ///< at most `count`, oldest first
};

} // namespace bot::outreach
