#include "bot/outreach/verdict.hpp"

#include <algorithm>

namespace bot::outreach {
namespace {

constexpr int most_strikes = 8;
constexpr std::int64_t next_window_ms = 5'000;

bool may_go_later(SendAction action)
{
    return action == SendAction::retry || action == SendAction::backoff ||
           action == SendAction::refresh_token || action == SendAction::operator_;
}

bool is_account_trouble(const SendOutcome& outcome)
{
    const bool by_nature =
        outcome.action == SendAction::refresh_token || outcome.action == SendAction::operator_;
    return may_go_later(outcome.action) &&
           (by_nature || outcome.scope == Scope::account || outcome.scope == Scope::unclear);
}

} // namespace

std::optional<Breaker::Sign> sign_of(const SendOutcome& outcome)
{
    if (outcome.action == SendAction::unknown_result)
        return Breaker::Sign::unanswered;
    if (!is_account_trouble(outcome))
        return std::nullopt;
    if (outcome.action == SendAction::operator_)
        return Breaker::Sign::locked_out;
    return outcome.action == SendAction::retry ? Breaker::Sign::unanswered : Breaker::Sign::refused;
}

storage::Settlement settle_as(const storage::Claimed& row, const SendOutcome& outcome, bool is_isolated,
                              std::int64_t account_ready_ms, std::int64_t now_ms)
{
    storage::Settlement result;
    result.announcement_id = row.announcement_id;
    result.group_id = row.group_id;
    result.attempt = row.attempt;
    result.action = to_string(outcome.action);
    result.reason = outcome.reason;
    result.platform_words = outcome.platform_words;
    result.platform_message_id = outcome.platform_message_id;
    if (outcome.delivered()) {
        result.state = "sent";
    } else if (outcome.action == SendAction::handed) {
        result.state = "handed";
    } else if (outcome.action == SendAction::unknown_result || outcome.action == SendAction::review) {
        result.state = "unknown";
    } else if (outcome.action == SendAction::window_closed) {
        result.state = "waiting";
        result.not_before_ms = now_ms + std::max(outcome.retry_after_ms, next_window_ms);
    } else if (may_go_later(outcome.action)) {
        const bool shared = is_account_trouble(outcome);
        result.strike = !shared || (outcome.scope == Scope::unclear && is_isolated);
        result.state = result.strike && row.strikes + 1 >= most_strikes ? "failed" : "waiting";
        const int earlier = result.strike ? row.strikes : shared && is_isolated ? row.attempt - 1 : 0;
        result.not_before_ms = now_ms + std::max(outcome.retry_after_ms, back_off_ms(earlier));
        if (shared && !is_isolated) // it is next in line when the account is tried again
            result.not_before_ms = std::max(now_ms + outcome.retry_after_ms, account_ready_ms);
    } else {
        result.state = "failed";
        result.group_left = outcome.action == SendAction::disable_chat;
        result.push_refused = outcome.action == SendAction::disable_push;
    }
    return result;
}

} // namespace bot::outreach
