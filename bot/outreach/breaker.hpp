#pragma once
#include <cstdint>

namespace bot::outreach {

/// Whether an account may be tried. After a failure it rests, each time longer, and then exactly one probe
/// finds out how things stand; what was under way when the first failure came tells nothing new. The caller
/// brings the time. Not thread-safe.
class Breaker {
public:
    /// How a send failed that says something about the account.
    enum class Sign {
        unanswered, ///< no connection or no answer: the peer may be back any moment
        refused,    ///< the platform said no: a limit, risk control
        locked_out, ///< only a person can mend it: credentials, settings
    };
    using Ticket = std::uint64_t;

    /// How many of `wanted` sends may start now.
    int allow(std::int64_t now_ms, int wanted) const;
    /// One starts; its end is told with the ticket.
    Ticket start();
    void worked(Ticket ticket);
    /// `retry_after_ms`: the platform's own, obeyed whatever else succeeds.
    void failed(Ticket ticket, Sign sign, std::int64_t now_ms, std::int64_t retry_after_ms);
    /// The peer answered something else than a send: enough where it had only been silent.
    void seen_alive();
    /// Somebody may have mended it.
    void forgive();

    bool is_closed() const { return failures_ == 0; }
    /// When the account may be tried; `now_ms` when it may at once.
    std::int64_t next_ms(std::int64_t now_ms) const;

private:
    int failures_ = 0;      ///< in a row
    Ticket generation_ = 0; ///< so many failures have been learned from
    bool probing_ = false;
    Sign last_sign_ = Sign::unanswered;
    std::int64_t rests_until_ms_ = 0;
    std::int64_t penalty_until_ms_ = 0;
};

/// 2 s, 4 s, 8 s … up to ten minutes, plus up to a quarter: jitter is only ever added.
std::int64_t back_off_ms(int earlier_attempts);

} // namespace bot::outreach
