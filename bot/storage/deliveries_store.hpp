#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace bot::storage {

/// A condition over `chat_groups g JOIN orgs o`, with its values by parameter name.
struct Condition {
    std::string sql;
    std::vector<std::pair<std::string, std::string>> values;
};

struct Reach {
    std::int64_t total = 0;
    std::map<std::string, std::int64_t> excluded; ///< by reason, plain Chinese
};

struct Claimed {
    std::int64_t announcement_id = 0, group_id = 0;
    std::string external_id, title, body, category;
    int attempt = 0;
    std::int64_t intent_ms = 0;
};

/// What became of one claimed row.
struct Settlement {
    std::int64_t announcement_id = 0, group_id = 0;
    int attempt = 0;
    std::string state; ///< waiting, sent, unknown, failed
    std::int64_t not_before_ms = 0;
    std::string action, reason, platform_words, platform_message_id;
};

struct Delivery {
    std::int64_t announcement_id = 0, group_id = 0;
    std::string account, external_id, name, state, reason, platform_words, platform_message_id;
    int attempts = 0;
    std::int64_t intent_ms = 0, at_ms = 0;
};

struct Counts {
    std::int64_t total = 0, waiting = 0, sending = 0, sent = 0, unknown = 0, failed = 0, skipped = 0;
    std::int64_t handed = 0, confirmed = 0;
};

Reach count_reach(soci::session& sql, const Condition& audience);
/// One row per matching group; groups that cannot be reached become `skipped` with the reason. Returns the
/// rows.
std::int64_t fan_out(soci::session& sql, std::int64_t announcement_id, int urgency, const Condition& audience,
                     std::int64_t now_ms);

struct ClaimLimits {
    int rows = 1;
    int most_urgency = 2;      ///< 0 emergency, 1 reminder, 2 notice: nothing less urgent is claimed
    int per_group_per_day = 0; ///< 0 = no cap; emergencies pass
    std::int64_t day_start_ms = 0;
    std::string only_in; ///< external ids between bars, `|a|b|`; empty = every group
};
/// Rows that become durably `sending` for this epoch, most urgent and oldest first.
std::vector<Claimed> claim(soci::session& sql, const std::string& account, std::int64_t epoch,
                           std::int64_t now_ms, const ClaimLimits& limits);
/// Writes outcomes of rows that are still `sending` in this epoch; returns how many were.
int settle(soci::session& sql, std::int64_t epoch, std::int64_t now_ms,
           const std::vector<Settlement>& outcomes);
/// A new epoch; rows that an earlier run left `sending` become `unknown`.
std::int64_t begin_epoch(soci::session& sql, std::int64_t now_ms);
/// Rows that expired before they were sent become skipped; announcements without open rows become done.
int finish_due(soci::session& sql, std::int64_t now_ms);
int skip_open(soci::session& sql, std::int64_t announcement_id, const std::string& reason,
              std::int64_t now_ms);
/// `unknown` → `to` (sent or waiting) for one row; false when it is no longer unknown.
bool resolve_unknown(soci::session& sql, std::int64_t announcement_id, std::int64_t group_id,
                     const std::string& to, const std::string& reason, std::int64_t now_ms);
int retry_failed(soci::session& sql, std::int64_t announcement_id, std::int64_t now_ms);
std::vector<Claimed> unknown_rows(soci::session& sql, const std::string& account,
                                  std::int64_t intent_before_ms, int limit);
std::vector<Delivery> list_deliveries(soci::session& sql, std::int64_t announcement_id,
                                      const std::string& state, std::int64_t after_group, int limit);
Counts count_deliveries(soci::session& sql, std::int64_t announcement_id);

} // namespace bot::storage
