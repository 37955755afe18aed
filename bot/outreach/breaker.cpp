#include "bot/outreach/breaker.hpp"

#include <algorithm>
#include <random>

namespace bot::outreach {
namespace {

constexpr std::int64_t first_back_off_ms = 2'000;
constexpr std::int64_t longest_back_off_ms = 10 * 60 * 1'000;
constexpr std::int64_t longest_unanswered_ms = 15'000; ///< so soon after its return a peer is noticed
constexpr int surely_down = 3;   ///< from so many failures on only a probe's success counts
constexpr int locked_out_as = 4; ///< nobody mends settings within seconds

} // namespace

std::int64_t back_off_ms(int earlier_attempts)
{
    static thread_local std::minstd_rand random(std::random_device{}());
    const std::int64_t base =
        std::min(longest_back_off_ms, first_back_off_ms << std::clamp(earlier_attempts, 0, 12));
    return base + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(base / 4 + 1));
}

int Breaker::allow(std::int64_t now_ms, int wanted) const
{
    if (now_ms < next_ms(now_ms))
        return 0;
    return failures_ == 0 ? wanted : std::min(wanted, probing_ ? 0 : 1);
}

Breaker::Ticket Breaker::start()
{
    probing_ = failures_ > 0;
    return generation_;
}

void Breaker::worked(Ticket ticket)
{
    if (ticket != generation_ && failures_ >= surely_down)
        return;
    failures_ = 0;
    probing_ = false;
    rests_until_ms_ = 0;
}

void Breaker::failed(Ticket ticket, Sign sign, std::int64_t now_ms, std::int64_t retry_after_ms)
{
    if (retry_after_ms > 0)
        penalty_until_ms_ = std::max(penalty_until_ms_, now_ms + retry_after_ms);
    if (ticket != generation_)
        return;
    ++generation_;
    ++failures_;
    last_sign_ = sign;
    if (sign == Sign::locked_out)
        failures_ = std::max(failures_, locked_out_as);
    probing_ = false;
    std::int64_t rest = back_off_ms(failures_ - 1);
    if (sign == Sign::unanswered) // a single one may be an accident: the next send finds out
        rest = failures_ == 1 ? 0 : std::min(rest, longest_unanswered_ms);
    rests_until_ms_ = now_ms + rest;
}

void Breaker::seen_alive()
{
    if (last_sign_ == Sign::unanswered)
        worked(generation_);
}

void Breaker::forgive()
{
    failures_ = 0;
    probing_ = false;
    ++generation_;
    rests_until_ms_ = penalty_until_ms_ = 0;
}

std::int64_t Breaker::next_ms(std::int64_t now_ms) const
{
    return std::max({now_ms, rests_until_ms_, penalty_until_ms_});
}

} // namespace bot::outreach
