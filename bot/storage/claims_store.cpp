#include "bot/storage/claims_store.hpp"

#include <soci/soci.h>

#include <algorithm>

namespace bot::storage {
namespace {

/// Announcements under way, most urgent and oldest first. An emergency that nobody else approved is a notice
/// when it comes to the night and the cap.
constexpr auto select_under_way =
    "SELECT a.id, a.title, a.body, a.category, CASE WHEN a.priority = 'emergency' AND a.approved_by <> '' "
    "AND "
    "a.approved_by <> a.created_by THEN 1 ELSE 0 END FROM announcements a WHERE a.state = 'sending' AND "
    "(a.expires_at_ms = 0 OR a.expires_at_ms > :now) ORDER BY CASE a.priority WHEN 'emergency' THEN 0 WHEN "
    "'reminder' THEN 1 ELSE 2 END, a.id";
constexpr auto count_today =
    "SELECT COUNT(*) FROM deliveries WHERE group_id = :group AND at_ms >= :day AND state IN ('sent', "
    "'sending', 'unknown', 'handed', 'confirmed')";
constexpr auto select_due =
    "SELECT d.group_id, g.external_id, d.attempts, d.strikes FROM deliveries d JOIN chat_groups g ON g.id = "
    "d.group_id WHERE d.state = 'waiting' AND d.account = :account AND d.announcement_id = :announcement AND "
    "d.group_id > :after AND d.not_before_ms <= :now AND (:only = '' OR :only2 LIKE '%|' || g.external_id || "
    "'|%') ORDER BY d.group_id LIMIT :rows";
constexpr auto update_claimed =
    "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, epoch = :epoch, intent_ms = :now, "
    "at_ms = :now2, messages = :messages, handle = :handle "
    "WHERE announcement_id = :announcement AND group_id = :group AND state = 'waiting'";
constexpr auto update_capped =
    "UPDATE deliveries SET not_before_ms = :tomorrow WHERE announcement_id = :announcement AND group_id = "
    ":group AND state = 'waiting'";
constexpr auto update_settled =
    "UPDATE deliveries SET state = :state, not_before_ms = :not_before, at_ms = :now, reason = :reason, "
    "platform_words = :words, platform_message_id = :message, strikes = strikes + :strike WHERE "
    "announcement_id = :announcement AND group_id = :group AND epoch = :epoch AND attempts = :attempt AND "
    "state = 'sending'";
constexpr auto update_never_left =
    "UPDATE deliveries SET state = 'waiting', attempts = attempts - 1 WHERE announcement_id = :announcement "
    "AND group_id = :group AND epoch = :epoch AND attempts = :attempt AND state = 'sending'";
constexpr auto insert_attempt =
    "INSERT INTO attempts (announcement_id, group_id, attempt, at_ms, action, words, account, messages) "
    "SELECT announcement_id, group_id, attempts, :now, :action, platform_words, account, messages FROM "
    "deliveries WHERE announcement_id = :announcement AND group_id = :group";
constexpr auto insert_interrupted =
    "INSERT INTO attempts (announcement_id, group_id, attempt, at_ms, action, words, account, messages) "
    "SELECT announcement_id, group_id, attempts, :now, 'interrupted', '', account, messages FROM deliveries "
    "WHERE state = 'sending'";
constexpr auto update_interrupted =
    "UPDATE deliveries SET state = 'unknown', not_before_ms = 0, at_ms = :now, reason = "
    "'程序中途停了，这条可能发了也可能没发' WHERE state = 'sending'";
constexpr auto update_group_left = "UPDATE chat_groups SET state = 'left' WHERE id = :group";
constexpr auto update_push_refused = "UPDATE chat_groups SET state = 'no_consent' WHERE id = :group";
constexpr auto update_sighted =
    "UPDATE deliveries SET state = :state, not_before_ms = :not_before, at_ms = CASE WHEN :same = 1 THEN "
    "at_ms ELSE :now END, reason = CASE WHEN :keep = '' THEN reason ELSE :reason END WHERE announcement_id = "
    ":announcement AND group_id = :group AND epoch = :epoch AND attempts = :attempt AND state = :was";
constexpr auto select_in_flight =
    "SELECT announcement_id, group_id, attempts FROM deliveries WHERE state = 'sending' AND account = "
    ":account AND epoch = :epoch";
constexpr auto select_recent = "SELECT at_ms, messages FROM attempts WHERE at_ms >= :since AND account = "
                               ":account ORDER BY at_ms";
constexpr auto select_unknown =
    "SELECT d.announcement_id, d.group_id, g.external_id, a.title, a.body, a.category, d.attempts, d.epoch, "
    "d.intent_ms, d.handle, d.state, d.platform_message_id, a.state FROM deliveries d JOIN announcements a "
    "ON a.id = d.announcement_id JOIN "
    "chat_groups g ON "
    "g.id = d.group_id WHERE d.state IN ('unknown', 'handed') AND d.account = :account AND d.not_before_ms "
    "<= :now AND "
    "d.intent_ms <= :before ORDER BY d.intent_ms LIMIT :rows";

int affected(soci::statement& statement)
{
    statement.execute(true);
    return static_cast<int>(statement.get_affected_rows());
}

struct UnderWay {
    Claimed row; ///< what all rows of the announcement share
    int passes_night = 0;
};

std::vector<UnderWay> under_way(soci::session& sql, std::int64_t now_ms)
{
    std::vector<UnderWay> found;
    UnderWay one;
    soci::statement rows =
        (sql.prepare << select_under_way, soci::use(now_ms), soci::into(one.row.announcement_id),
         soci::into(one.row.title), soci::into(one.row.body), soci::into(one.row.category),
         soci::into(one.passes_night));
    rows.execute();
    while (rows.fetch())
        found.push_back(one);
    return found;
}

/// Claims rows of one announcement after the other, until the limits are used up.
class Claiming {
public:
    Claiming(soci::session& sql, const std::string& account, std::int64_t epoch, std::int64_t now_ms,
             const ClaimLimits& limits)
        : sql_(sql), account_(account), epoch_(epoch), now_ms_(now_ms), limits_(limits),
          left_(limits.messages)
    {
    }

    Claim run()
    {
        for (const UnderWay& one : under_way(sql_, now_ms_))
            if (!is_used_up() && (one.passes_night != 0 || !limits_.is_night))
                claim_of(one);
        mark();
        return std::move(claim_);
    }

private:
    bool is_used_up() const
    {
        return claim_.short_of > 0 || static_cast<int>(claim_.rows.size()) >= limits_.rows;
    }

    void claim_of(const UnderWay& one)
    {
        Claimed row = one.row;
        const int wanted = limits_.rows - static_cast<int>(claim_.rows.size());
        std::int64_t after = 0;
        for (int seen = wanted; seen == wanted && !is_used_up();) {
            std::vector<Claimed> candidates = due(row, after, wanted);
            seen = static_cast<int>(candidates.size());
            for (Claimed& candidate : candidates) {
                after = candidate.group_id;
                if (is_used_up())
                    break;
                if (one.passes_night == 0 && is_capped(candidate))
                    put_off(candidate);
                else
                    take(std::move(candidate));
            }
        }
    }

    std::vector<Claimed> due(Claimed row, std::int64_t after, int rows)
    {
        std::vector<Claimed> found;
        soci::statement select =
            (sql_.prepare << select_due, soci::use(account_), soci::use(row.announcement_id),
             soci::use(after), soci::use(now_ms_), soci::use(limits_.only_in), soci::use(limits_.only_in),
             soci::use(rows), soci::into(row.group_id), soci::into(row.external_id), soci::into(row.attempt),
             soci::into(row.strikes));
        select.execute();
        while (select.fetch())
            found.push_back(row);
        return found;
    }

    /// What was claimed a moment ago and is not marked yet counts as well.
    bool is_capped(const Claimed& row)
    {
        if (limits_.cap.per_group == 0)
            return false;
        std::int64_t today = 0;
        sql_ << count_today, soci::use(row.group_id), soci::use(limits_.cap.day_start_ms), soci::into(today);
        for (const Claimed& one : claim_.rows)
            today += one.group_id == row.group_id ? 1 : 0;
        return today >= limits_.cap.per_group;
    }

    void put_off(const Claimed& row)
    {
        sql_ << update_capped, soci::use(limits_.cap.day_end_ms), soci::use(row.announcement_id),
            soci::use(row.group_id);
    }

    void take(Claimed row)
    {
        if (limits_.prepare)
            limits_.prepare(row);
        if (row.messages > left_) {
            claim_.short_of = row.messages;
            return;
        }
        left_ -= row.messages;
        ++row.attempt;
        row.epoch = epoch_;
        row.intent_ms = now_ms_;
        claim_.rows.push_back(std::move(row));
    }

    void mark()
    {
        Claimed row;
        soci::statement update = (sql_.prepare << update_claimed, soci::use(epoch_), soci::use(now_ms_),
                                  soci::use(now_ms_), soci::use(row.messages), soci::use(row.handle),
                                  soci::use(row.announcement_id), soci::use(row.group_id));
        for (const Claimed& one : claim_.rows) {
            row = one;
            update.execute(true);
        }
    }

    soci::session& sql_;
    const std::string& account_;
    const std::int64_t epoch_, now_ms_;
    const ClaimLimits& limits_;
    int left_;
    Claim claim_;
};

} // namespace

Claim claim(soci::session& sql, const std::string& account, std::int64_t epoch, std::int64_t now_ms,
            const ClaimLimits& limits)
{
    return Claiming(sql, account, epoch, now_ms, limits).run();
}

int settle(soci::session& sql, std::int64_t epoch, std::int64_t now_ms,
           const std::vector<Settlement>& outcomes)
{
    int settled = 0, strike = 0;
    Settlement one;
    soci::statement update =
        (sql.prepare << update_settled, soci::use(one.state), soci::use(one.not_before_ms), soci::use(now_ms),
         soci::use(one.reason), soci::use(one.platform_words), soci::use(one.platform_message_id),
         soci::use(strike), soci::use(one.announcement_id), soci::use(one.group_id), soci::use(epoch),
         soci::use(one.attempt));
    soci::statement undo = (sql.prepare << update_never_left, soci::use(one.announcement_id),
                            soci::use(one.group_id), soci::use(epoch), soci::use(one.attempt));
    soci::statement attempt = (sql.prepare << insert_attempt, soci::use(now_ms), soci::use(one.action),
                               soci::use(one.announcement_id), soci::use(one.group_id));
    for (const Settlement& outcome : outcomes) {
        one = outcome;
        strike = one.strike ? 1 : 0;
        const int changed = affected(one.never_left ? undo : update);
        settled += changed;
        if (changed > 0 && !one.never_left)
            attempt.execute(true);
        if (changed > 0 && one.group_left)
            sql << update_group_left, soci::use(one.group_id);
        if (changed > 0 && one.push_refused)
            sql << update_push_refused, soci::use(one.group_id);
    }
    return settled;
}

int take_back_unsent(soci::session& sql, const std::string& account, std::int64_t epoch,
                     const std::vector<RowKey>& under_way)
{
    std::vector<Settlement> unsent;
    Settlement one;
    one.never_left = true;
    soci::statement rows =
        (sql.prepare << select_in_flight, soci::use(account), soci::use(epoch),
         soci::into(one.announcement_id), soci::into(one.group_id), soci::into(one.attempt));
    rows.execute();
    while (rows.fetch())
        if (std::find(under_way.begin(), under_way.end(), RowKey{one.announcement_id, one.group_id}) ==
            under_way.end())
            unsent.push_back(one);
    return settle(sql, epoch, 0, unsent);
}

std::int64_t begin_epoch(soci::session& sql, std::int64_t now_ms)
{
    std::int64_t epoch = 0;
    sql << "SELECT COALESCE(MAX(CAST(value AS BIGINT)), 0) FROM meta WHERE key = 'epoch'", soci::into(epoch);
    ++epoch;
    const std::string text = std::to_string(epoch);
    sql << "DELETE FROM meta WHERE key = 'epoch'";
    sql << "INSERT INTO meta (key, value) VALUES ('epoch', :value)", soci::use(text);
    sql << insert_interrupted, soci::use(now_ms);
    sql << update_interrupted, soci::use(now_ms);
    return epoch;
}

bool is_current(soci::session& sql, std::int64_t epoch)
{
    std::string text;
    sql << "SELECT value FROM meta WHERE key = 'epoch'", soci::into(text);
    return text == std::to_string(epoch);
}

std::vector<std::pair<std::int64_t, int>> recent_sends(soci::session& sql, const std::string& account,
                                                       std::int64_t since_ms)
{
    std::vector<std::pair<std::int64_t, int>> sends;
    std::int64_t at = 0;
    int messages = 0;
    soci::statement rows = (sql.prepare << select_recent, soci::use(since_ms), soci::use(account),
                            soci::into(at), soci::into(messages));
    rows.execute();
    while (rows.fetch())
        sends.emplace_back(at, messages);
    return sends;
}

std::vector<Claimed> unknown_rows(soci::session& sql, const std::string& account, std::int64_t now_ms,
                                  std::int64_t intent_before_ms, int limit)
{
    std::vector<Claimed> found;
    Claimed one;
    soci::statement rows =
        (sql.prepare << select_unknown, soci::use(account), soci::use(now_ms), soci::use(intent_before_ms),
         soci::use(limit), soci::into(one.announcement_id), soci::into(one.group_id),
         soci::into(one.external_id), soci::into(one.title), soci::into(one.body), soci::into(one.category),
         soci::into(one.attempt), soci::into(one.epoch), soci::into(one.intent_ms), soci::into(one.handle),
         soci::into(one.state), soci::into(one.receipt), soci::into(one.announced_state));
    rows.execute();
    while (rows.fetch())
        found.push_back(one);
    return found;
}

int settle_sighted(soci::session& sql, std::int64_t now_ms, const std::vector<Sighted>& sighted)
{
    int settled = 0, same = 0;
    Sighted one;
    soci::statement update =
        (sql.prepare << update_sighted, soci::use(one.state), soci::use(one.not_before_ms), soci::use(same),
         soci::use(now_ms), soci::use(one.reason), soci::use(one.reason), soci::use(one.row.announcement_id),
         soci::use(one.row.group_id), soci::use(one.row.epoch), soci::use(one.row.attempt),
         soci::use(one.row.state));
    for (const Sighted& sighting : sighted) {
        one = sighting;
        if (one.row.state.empty())
            one.row.state = "unknown";
        same = one.state == one.row.state ? 1 : 0;
        settled += affected(update);
    }
    return settled;
}

} // namespace bot::storage
