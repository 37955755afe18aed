#include "bot/storage/deliveries_store.hpp"

#include <soci/soci.h>

namespace bot::storage {
namespace {

constexpr auto from_groups = " FROM chat_groups g LEFT JOIN orgs o ON o.code = g.org WHERE ";
constexpr auto reach_reason =
    "CASE WHEN g.state = 'left' THEN '机器人已不在群里' WHEN g.state = 'no_consent' THEN '群里没同意接收' "
    "WHEN g.mode = 'muted' THEN '群已关掉' ELSE '' END";
constexpr auto select_due =
    "SELECT d.announcement_id, d.group_id, g.external_id, a.title, a.body, a.category, d.attempts FROM "
    "deliveries d "
    "JOIN announcements a ON a.id = d.announcement_id JOIN chat_groups g ON g.id = d.group_id "
    "WHERE d.account = :account AND d.state = 'waiting' AND a.state = 'sending' AND d.not_before_ms <= :now "
    "AND d.urgency <= :urgency AND (a.expires_at_ms = 0 OR a.expires_at_ms > :now2) "
    "AND (:cap = 0 OR d.urgency = 0 OR (SELECT COUNT(*) FROM deliveries e WHERE e.group_id = d.group_id "
    "AND e.at_ms >= :day AND e.state IN ('sent', 'sending', 'unknown', 'handed', 'confirmed')) < :cap2) "
    "AND (:only = '' OR :only2 LIKE '%|' || g.external_id || '|%') "
    "ORDER BY d.urgency, d.announcement_id, d.group_id LIMIT :rows";
constexpr auto update_claimed =
    "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, epoch = :epoch, intent_ms = :now, "
    "at_ms = :now2 "
    "WHERE announcement_id = :announcement AND group_id = :group AND state = 'waiting'";
constexpr auto update_settled =
    "UPDATE deliveries SET state = :state, not_before_ms = :not_before, at_ms = :now, reason = :reason, "
    "platform_words = :words, platform_message_id = :message WHERE announcement_id = :announcement AND "
    "group_id = :group "
    "AND epoch = :epoch AND state = 'sending'";
constexpr auto insert_attempt =
    "INSERT INTO attempts (announcement_id, group_id, attempt, at_ms, action, words) "
    "VALUES (:announcement, :group, :attempt, :now, :action, :words)";
constexpr auto select_unknown = "SELECT d.announcement_id, d.group_id, g.external_id, a.title, a.body, "
                                "a.category, d.attempts, d.intent_ms "
                                "FROM deliveries d JOIN announcements a ON a.id = d.announcement_id JOIN "
                                "chat_groups g ON g.id = d.group_id "
                                "WHERE d.account = :account AND d.state = 'unknown' AND d.intent_ms < "
                                ":before ORDER BY d.intent_ms LIMIT :rows";
constexpr auto select_deliveries =
    "SELECT d.announcement_id, d.group_id, d.account, g.external_id, g.name, d.state, d.reason, "
    "d.platform_words, "
    "d.platform_message_id, d.attempts, d.intent_ms, d.at_ms FROM deliveries d JOIN chat_groups g ON g.id = "
    "d.group_id "
    "WHERE d.announcement_id = :announcement AND (:all = '' OR d.state = :state) AND d.group_id > :after "
    "ORDER BY d.group_id LIMIT :rows";

/// A statement whose number of parameters depends on the audience expression.
void run_with(soci::statement& statement, const std::string& sentence, const Condition& audience)
{
    for (const auto& [name, value] : audience.values)
        statement.exchange(soci::use(value, name));
    statement.alloc();
    statement.prepare(sentence);
    statement.define_and_bind();
}

int affected(soci::statement& statement)
{
    statement.execute(true);
    return static_cast<int>(statement.get_affected_rows());
}

} // namespace

Reach count_reach(soci::session& sql, const Condition& audience)
{
    Reach reach;
    std::string reason;
    std::int64_t count = 0;
    soci::statement rows(sql);
    rows.exchange(soci::into(reason));
    rows.exchange(soci::into(count));
    run_with(rows,
             std::string("SELECT ") + reach_reason + " AS why, COUNT(*)" + from_groups + audience.sql +
                 " GROUP BY why",
             audience);
    rows.execute();
    while (rows.fetch()) {
        reach.total += count;
        if (!reason.empty())
            reach.excluded[reason] += count;
    }
    return reach;
}

std::int64_t fan_out(soci::session& sql, std::int64_t announcement_id, int urgency, const Condition& audience,
                     std::int64_t now_ms)
{
    const std::string id = std::to_string(announcement_id);
    const std::string sentence =
        "INSERT INTO deliveries (announcement_id, group_id, account, urgency, state, at_ms, reason) SELECT " +
        id + ", g.id, g.account, " + std::to_string(urgency) + ", CASE WHEN " + reach_reason +
        " = '' THEN 'waiting' ELSE 'skipped' END, " + std::to_string(now_ms) + ", " + reach_reason +
        from_groups + audience.sql;
    soci::statement insert(sql);
    run_with(insert, sentence, audience);
    return affected(insert);
}

std::vector<Claimed> claim(soci::session& sql, const std::string& account, std::int64_t epoch,
                           std::int64_t now_ms, const ClaimLimits& limits)
{
    std::vector<Claimed> claimed;
    Claimed one;
    soci::statement rows =
        (sql.prepare << select_due, soci::use(account), soci::use(now_ms), soci::use(limits.most_urgency),
         soci::use(now_ms), soci::use(limits.per_group_per_day), soci::use(limits.day_start_ms),
         soci::use(limits.per_group_per_day), soci::use(limits.only_in), soci::use(limits.only_in),
         soci::use(limits.rows), soci::into(one.announcement_id), soci::into(one.group_id),
         soci::into(one.external_id), soci::into(one.title), soci::into(one.body), soci::into(one.category),
         soci::into(one.attempt));
    rows.execute();
    while (rows.fetch())
        claimed.push_back(one);
    for (Claimed& row : claimed) {
        sql << update_claimed, soci::use(epoch), soci::use(now_ms), soci::use(now_ms),
            soci::use(row.announcement_id), soci::use(row.group_id);
        ++row.attempt;
        row.intent_ms = now_ms;
    }
    return claimed;
}

int settle(soci::session& sql, std::int64_t epoch, std::int64_t now_ms,
           const std::vector<Settlement>& outcomes)
{
    int settled = 0;
    for (const Settlement& one : outcomes) {
        soci::statement update = (sql.prepare << update_settled, soci::use(one.state),
                                  soci::use(one.not_before_ms), soci::use(now_ms), soci::use(one.reason),
                                  soci::use(one.platform_words), soci::use(one.platform_message_id),
                                  soci::use(one.announcement_id), soci::use(one.group_id), soci::use(epoch));
        settled += affected(update);
        sql << insert_attempt, soci::use(one.announcement_id), soci::use(one.group_id),
            soci::use(one.attempt), soci::use(now_ms), soci::use(one.action), soci::use(one.platform_words);
    }
    return settled;
}

std::int64_t begin_epoch(soci::session& sql, std::int64_t now_ms)
{
    std::int64_t epoch = 0;
    sql << "SELECT COALESCE(MAX(CAST(value AS BIGINT)), 0) FROM meta WHERE key = 'epoch'", soci::into(epoch);
    ++epoch;
    const std::string text = std::to_string(epoch);
    sql << "DELETE FROM meta WHERE key = 'epoch'";
    sql << "INSERT INTO meta (key, value) VALUES ('epoch', :value)", soci::use(text);
    sql << "UPDATE deliveries SET state = 'unknown', at_ms = :now, reason = "
           "'程序中途停了，这条可能发了也可能没发' WHERE state = 'sending'",
        soci::use(now_ms);
    return epoch;
}

int finish_due(soci::session& sql, std::int64_t now_ms)
{
    sql << "UPDATE deliveries SET state = 'skipped', reason = '过期了', at_ms = :now WHERE state = 'waiting' "
           "AND announcement_id IN "
           "(SELECT id FROM announcements WHERE state = 'sending' AND expires_at_ms > 0 AND expires_at_ms <= "
           ":now2)",
        soci::use(now_ms), soci::use(now_ms);
    sql << "UPDATE deliveries SET state = 'skipped', reason = '已取消', at_ms = :now WHERE state = 'waiting' "
           "AND announcement_id IN "
           "(SELECT id FROM announcements WHERE state = 'cancelled')",
        soci::use(now_ms);
    soci::statement done =
        (sql.prepare
         << "UPDATE announcements SET state = 'done' WHERE state = 'sending' AND NOT EXISTS (SELECT 1 "
            "FROM deliveries d WHERE d.announcement_id = announcements.id AND d.state IN "
            "('waiting', 'held', 'sending', 'handed', 'unknown'))");
    return affected(done);
}

int skip_open(soci::session& sql, std::int64_t announcement_id, const std::string& reason,
              std::int64_t now_ms)
{
    soci::statement update =
        (sql.prepare << "UPDATE deliveries SET state = 'skipped', reason = :reason, at_ms = :now WHERE "
                        "announcement_id = :id AND state IN ('waiting', 'held')",
         soci::use(reason), soci::use(now_ms), soci::use(announcement_id));
    return affected(update);
}

bool resolve_unknown(soci::session& sql, std::int64_t announcement_id, std::int64_t group_id,
                     const std::string& to, const std::string& reason, std::int64_t now_ms)
{
    soci::statement update =
        (sql.prepare << "UPDATE deliveries SET state = :to, reason = :reason, at_ms = :now WHERE "
                        "announcement_id = :id AND group_id = :group AND state = 'unknown'",
         soci::use(to), soci::use(reason), soci::use(now_ms), soci::use(announcement_id),
         soci::use(group_id));
    return affected(update) == 1;
}

int retry_failed(soci::session& sql, std::int64_t announcement_id, std::int64_t now_ms)
{
    soci::statement update =
        (sql.prepare
             << "UPDATE deliveries SET state = 'waiting', attempts = 0, reason = '', at_ms = :now WHERE "
                "announcement_id = :id AND state = 'failed'",
         soci::use(now_ms), soci::use(announcement_id));
    return affected(update);
}

std::vector<Claimed> unknown_rows(soci::session& sql, const std::string& account,
                                  std::int64_t intent_before_ms, int limit)
{
    std::vector<Claimed> found;
    Claimed one;
    soci::statement rows = (sql.prepare << select_unknown, soci::use(account), soci::use(intent_before_ms),
                            soci::use(limit), soci::into(one.announcement_id), soci::into(one.group_id),
                            soci::into(one.external_id), soci::into(one.title), soci::into(one.body),
                            soci::into(one.category), soci::into(one.attempt), soci::into(one.intent_ms));
    rows.execute();
    while (rows.fetch())
        found.push_back(one);
    return found;
}

std::vector<Delivery> list_deliveries(soci::session& sql, std::int64_t announcement_id,
                                      const std::string& state, std::int64_t after_group, int limit)
{
    std::vector<Delivery> found;
    Delivery one;
    soci::statement rows =
        (sql.prepare << select_deliveries, soci::use(announcement_id), soci::use(state), soci::use(state),
         soci::use(after_group), soci::use(limit), soci::into(one.announcement_id), soci::into(one.group_id),
         soci::into(one.account), soci::into(one.external_id), soci::into(one.name), soci::into(one.state),
         soci::into(one.reason), soci::into(one.platform_words), soci::into(one.platform_message_id),
         soci::into(one.attempts), soci::into(one.intent_ms), soci::into(one.at_ms));
    rows.execute();
    while (rows.fetch())
        found.push_back(one);
    return found;
}

Counts count_deliveries(soci::session& sql, std::int64_t announcement_id)
{
    Counts counts;
    std::string state;
    std::int64_t count = 0;
    soci::statement rows =
        (sql.prepare << "SELECT state, COUNT(*) FROM deliveries WHERE announcement_id = :id GROUP BY state",
         soci::use(announcement_id), soci::into(state), soci::into(count));
    rows.execute();
    while (rows.fetch()) {
        counts.total += count;
        if (state == "waiting" || state == "held")
            counts.waiting += count;
        else if (state == "sending" || state == "handed")
            counts.sending += count;
        else if (state == "sent" || state == "confirmed")
            counts.sent += count;
        else if (state == "unknown")
            counts.unknown += count;
        else if (state == "failed")
            counts.failed += count;
        else
            counts.skipped += count;
        if (state == "handed")
            counts.handed = count;
        if (state == "confirmed")
            counts.confirmed = count;
    }
    return counts;
}

} // namespace bot::storage
