#pragma once
#include "bot/storage/deliveries_store.hpp"

#include <functional>

/// The side of the ledger that a postman works on: rows become `sending` before anything leaves, and what
/// became of them is written back. Every write carries the epoch, so that a stalled worker overwrites
/// nothing.
namespace bot::storage {

/// Names one row: announcement and group.
using RowKey = std::pair<std::int64_t, std::int64_t>;

struct Claimed {
    std::int64_t announcement_id = 0, group_id = 0;
    std::string external_id, title, body, category;
    int attempt = 0;
    int strikes = 0; ///< earlier attempts that failed for this row's own sake
    std::int64_t epoch = 0, intent_ms = 0;
    std::string text;            ///< what leaves
    int messages = 1;            ///< in so many
    std::string handle;          ///< under which the platform knows this attempt; may be empty
    std::string state;           ///< of a row to look at: unknown or handed
    std::string receipt;         ///< the platform's id of it, where it took it
    std::string announced_state; ///< of its announcement

    RowKey key() const { return {announcement_id, group_id}; }
};

/// What became of one claimed row.
struct Settlement {
    std::int64_t announcement_id = 0, group_id = 0;
    int attempt = 0;
    std::string state; ///< waiting, sent, handed, unknown, failed
    std::int64_t not_before_ms = 0;
    std::string action, reason, platform_words, platform_message_id;
    bool never_left = false;   ///< it waits again as if it had not been claimed
    bool strike = false;       ///< it failed for this row's own sake
    bool group_left = false;   ///< the platform says that we are not in the group
    bool push_refused = false; ///< the group does not want to be told things unasked
};

/// What a look-up of an unknown row came to.
struct Sighted {
    Claimed row;                    ///< as it was read: written only while it is still the same attempt
    std::string state;              ///< sent, waiting, failed, or unknown again; handed, confirmed, skipped
    std::string reason;             ///< empty: the old one stays
    std::int64_t not_before_ms = 0; ///< of the next look, or of the next attempt
};

struct ClaimLimits {
    int rows = 1;
    int messages = 1 << 30;
    bool is_night = false; ///< only emergencies that a second person approved; they pass the cap too
    DailyCap cap;
    std::string only_in; ///< external ids between bars, `|a|b|`; empty = every group
    /// Writes `text`, `messages` and `handle` of a row about to be claimed; runs inside the transaction.
    /// Empty: neither.
    std::function<void(Claimed&)> prepare;
};
struct Claim {
    std::vector<Claimed> rows;
    int short_of = 0; ///< so many messages the next row needs, more than were left; 0 = nothing more is due
};
/// Rows that become durably `sending` for this epoch, most urgent and oldest first. Rows of groups that had
/// their share today wait until tomorrow.
Claim claim(soci::session& sql, const std::string& account, std::int64_t epoch, std::int64_t now_ms,
            const ClaimLimits& limits);
/// Writes outcomes of rows that are still `sending` with that attempt in this epoch; returns how many were.
int settle(soci::session& sql, std::int64_t epoch, std::int64_t now_ms,
           const std::vector<Settlement>& outcomes);
/// Rows of this epoch that are `sending` and not in `under_way` wait again: a claim was written although its
/// commit had reported an error, and nothing of it left.
int take_back_unsent(soci::session& sql, const std::string& account, std::int64_t epoch,
                     const std::vector<RowKey>& under_way);

/// A new epoch; rows that an earlier run left `sending` become `unknown`.
std::int64_t begin_epoch(soci::session& sql, std::int64_t now_ms);
/// False when a later run has taken over: this one must not send any more.
bool is_current(soci::session& sql, std::int64_t epoch);
/// When messages of this account left since then, oldest first, and how many.
std::vector<std::pair<std::int64_t, int>> recent_sends(soci::session& sql, const std::string& account,
                                                       std::int64_t since_ms);

/// Unknown and handed rows whose next look is due and whose intent is older than that; oldest first.
std::vector<Claimed> unknown_rows(soci::session& sql, const std::string& account, std::int64_t now_ms,
                                  std::int64_t intent_before_ms, int limit);
/// Writes what look-ups found; returns how many rows were still as they had been read.
int settle_sighted(soci::session& sql, std::int64_t now_ms, const std::vector<Sighted>& sighted);

} // namespace bot::storage
