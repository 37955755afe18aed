#pragma once
#include "bot/core/reply.hpp"
#include "bot/outreach/breaker.hpp"
#include "bot/storage/claims_store.hpp"

#include <optional>

namespace bot::outreach {

/// What an outcome says about the account: nothing when the account worked, even if the message did not go.
std::optional<Breaker::Sign> sign_of(const SendOutcome& outcome);

/// What becomes of a row. Only what failed for its own sake counts against it, so a limit or an outage never
/// makes it `failed`; it waits until `account_ready_ms` or longer. `is_isolated`: the account was well when
/// this came. Pure but for the jitter.
storage::Settlement settle_as(const storage::Claimed& row, const SendOutcome& outcome, bool is_isolated,
                              std::int64_t account_ready_ms, std::int64_t now_ms);

} // namespace bot::outreach
