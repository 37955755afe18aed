#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
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

struct Delivery {
    std::int64_t announcement_id = 0, group_id = 0;
    std::string account, external_id, name, state, reason, platform_words, platform_message_id;
    int urgency = 0, attempts = 0;
    std::int64_t not_before_ms = 0, intent_ms = 0, at_ms = 0;
    bool is_capped = false; ///< waits, and its group had its share today
};

struct Counts {
    std::int64_t total = 0, waiting = 0, sending = 0, sent = 0, unknown = 0, failed = 0, skipped = 0;
    std::int64_t handed = 0, confirmed = 0;
};

Reach count_reach(soci::session& sql, const Condition& audience);
/// How many reachable groups of the audience each account has.
std::map<std::string, std::int64_t> count_by_account(soci::session& sql, const Condition& audience);
/// One row per matching group; groups that cannot be reached become `skipped` with the reason. Returns the
/// rows.
std::int64_t fan_out(soci::session& sql, std::int64_t announcement_id, int urgency, const Condition& audience,
                     std::int64_t now_ms);

/// How many notices a group may get in one day; 0 = no cap.
struct DailyCap {
    int per_group = 0;
    std::int64_t day_start_ms = 0, day_end_ms = 0;
};

/// Rows that expired before they were sent become skipped; announcements without open rows become done.
int finish_due(soci::session& sql, std::int64_t now_ms);
int skip_open(soci::session& sql, std::int64_t announcement_id, const std::string& reason,
              std::int64_t now_ms);
/// `unknown` → `to` (sent or waiting) for one row; false when it is no longer unknown.
bool resolve_unknown(soci::session& sql, std::int64_t announcement_id, std::int64_t group_id,
                     const std::string& to, const std::string& reason, std::int64_t now_ms);
int retry_failed(soci::session& sql, std::int64_t announcement_id, std::int64_t now_ms);
struct DeliveryPage {
    std::string state; ///< as stored; empty = all
    std::int64_t after_group = 0;
    int limit = 500;
    DailyCap cap;
};
std::vector<Delivery> list_deliveries(soci::session& sql, std::int64_t announcement_id,
                                      const DeliveryPage& page);
Counts count_deliveries(soci::session& sql, std::int64_t announcement_id);

} // namespace bot::storage
