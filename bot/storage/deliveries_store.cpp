#include "bot/storage/deliveries_store.hpp"

#include <soci/soci.h>

#include <algorithm>

namespace bot::storage {
namespace {

constexpr auto from_groups = " FROM chat_groups g LEFT JOIN orgs o ON o.code = g.org WHERE ";
constexpr auto reach_reason =
    "CASE WHEN g.state = 'left' THEN '机器人已不在群里' WHEN g.state = 'no_consent' THEN '群里没同意接收' "
    "WHEN g.mode = 'muted' THEN '群已关掉' ELSE '' END";
constexpr auto count_today =
    "(SELECT COUNT(*) FROM deliveries e WHERE e.group_id = d.group_id AND e.at_ms >= :day AND e.state IN "
    "('sent', 'sending', 'unknown', 'handed', 'confirmed'))";
std::string select_deliveries_sentence()
{
    return std::string(
               "SELECT d.announcement_id, d.group_id, d.account, g.external_id, g.name, d.state, d.reason, "
               "d.platform_words, d.platform_message_id, d.urgency, d.attempts, d.not_before_ms, "
               "d.intent_ms, d.at_ms, CASE WHEN d.state = 'waiting' AND :cap > 0 AND ") +
           count_today +
           " >= :cap2 THEN 1 ELSE 0 END FROM deliveries d JOIN chat_groups g ON g.id = d.group_id WHERE "
           "d.announcement_id = :announcement AND (:all = '' OR d.state = :state) AND d.group_id > :after "
           "ORDER BY d.group_id LIMIT :rows";
}

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

std::map<std::string, std::int64_t> count_by_account(soci::session& sql, const Condition& audience)
{
    std::map<std::string, std::int64_t> counts;
    std::string account;
    std::int64_t count = 0;
    soci::statement rows(sql);
    rows.exchange(soci::into(account));
    rows.exchange(soci::into(count));
    run_with(rows,
             std::string("SELECT g.account, COUNT(*)") + from_groups + "(" + audience.sql + ") AND " +
                 reach_reason + " = '' GROUP BY g.account",
             audience);
    rows.execute();
    while (rows.fetch())
        counts[account] = count;
    return counts;
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
    soci::statement update = (sql.prepare << "UPDATE deliveries SET state = 'waiting', strikes = 0, "
                                             "not_before_ms = 0, reason = '', at_ms = "
                                             ":now WHERE "
                                             "announcement_id = :id AND state = 'failed'",
                              soci::use(now_ms), soci::use(announcement_id));
    return affected(update);
}

std::vector<Delivery> list_deliveries(soci::session& sql, std::int64_t announcement_id,
                                      const DeliveryPage& page)
{
    std::vector<Delivery> found;
    Delivery one;
    int capped = 0;
    soci::statement rows =
        (sql.prepare << select_deliveries_sentence(), soci::use(page.cap.per_group),
         soci::use(page.cap.day_start_ms), soci::use(page.cap.per_group), soci::use(announcement_id),
         soci::use(page.state), soci::use(page.state), soci::use(page.after_group), soci::use(page.limit),
         soci::into(one.announcement_id), soci::into(one.group_id), soci::into(one.account),
         soci::into(one.external_id), soci::into(one.name), soci::into(one.state), soci::into(one.reason),
         soci::into(one.platform_words), soci::into(one.platform_message_id), soci::into(one.urgency),
         soci::into(one.attempts), soci::into(one.not_before_ms), soci::into(one.intent_ms),
         soci::into(one.at_ms), soci::into(capped));
    rows.execute();
    while (rows.fetch()) {
        one.is_capped = capped != 0;
        found.push_back(one);
    }
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
