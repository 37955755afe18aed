#include "bot/storage/announcements_store.hpp"

#include <soci/soci.h>

namespace bot::storage {
namespace {

constexpr auto columns =
    "id, title, body, category, audience, priority, state, send_at_ms, expires_at_ms, created_by, "
    "approved_by, idempotency_key, created_ms";
constexpr auto insert_sentence =
    "INSERT INTO announcements (id, title, body, category, audience, priority, state, send_at_ms, "
    "expires_at_ms, "
    "created_by, approved_by, idempotency_key, created_ms) VALUES (:id, :title, :body, :category, :audience, "
    ":priority, "
    ":state, :send_at, :expires_at, :created_by, :approved_by, :idempotency_key, :created)";
constexpr auto select_by_key =
    "SELECT id FROM announcements WHERE created_by = :by AND idempotency_key = :key";
constexpr auto select_due =
    "SELECT id FROM announcements WHERE state = 'scheduled' AND send_at_ms <= :now ORDER BY id";

std::vector<Announcement> read(soci::session& sql, const std::string& tail, std::int64_t value)
{
    std::vector<Announcement> found;
    Announcement one;
    soci::statement rows =
        (sql.prepare << "SELECT " << columns << " FROM announcements " << tail, soci::use(value),
         soci::into(one.id), soci::into(one.title), soci::into(one.body), soci::into(one.category),
         soci::into(one.audience), soci::into(one.priority), soci::into(one.state),
         soci::into(one.send_at_ms), soci::into(one.expires_at_ms), soci::into(one.created_by),
         soci::into(one.approved_by), soci::into(one.idempotency_key), soci::into(one.created_ms));
    rows.execute();
    while (rows.fetch())
        found.push_back(one);
    return found;
}

} // namespace

bool insert_announcement(soci::session& sql, Announcement& one)
{
    if (!one.idempotency_key.empty()) {
        std::int64_t earlier = 0;
        sql << select_by_key, soci::use(one.created_by), soci::use(one.idempotency_key), soci::into(earlier);
        if (sql.got_data()) {
            one.id = earlier;
            return false;
        }
    }
    sql << insert_sentence, soci::use(one.id), soci::use(one.title), soci::use(one.body),
        soci::use(one.category), soci::use(one.audience), soci::use(one.priority), soci::use(one.state),
        soci::use(one.send_at_ms), soci::use(one.expires_at_ms), soci::use(one.created_by),
        soci::use(one.approved_by), soci::use(one.idempotency_key), soci::use(one.created_ms);
    return true;
}

std::optional<Announcement> find_announcement(soci::session& sql, std::int64_t id)
{
    auto found = read(sql, "WHERE id = :id", id);
    if (found.empty())
        return std::nullopt;
    return found.front();
}

std::vector<Announcement> list_announcements(soci::session& sql, int limit)
{
    return read(sql, "ORDER BY id DESC LIMIT :limit", limit);
}

std::vector<std::int64_t> due_announcements(soci::session& sql, std::int64_t now_ms)
{
    std::vector<std::int64_t> ids;
    std::int64_t id = 0;
    soci::statement rows = (sql.prepare << select_due, soci::use(now_ms), soci::into(id));
    rows.execute();
    while (rows.fetch())
        ids.push_back(id);
    return ids;
}

bool move_announcement(soci::session& sql, std::int64_t id, const std::string& from, const std::string& to)
{
    soci::statement update =
        (sql.prepare << "UPDATE announcements SET state = :to WHERE id = :id AND state = :from",
         soci::use(to), soci::use(id), soci::use(from));
    update.execute(true);
    return update.get_affected_rows() == 1;
}

void set_approver(soci::session& sql, std::int64_t id, const std::string& name)
{
    sql << "UPDATE announcements SET approved_by = :name WHERE id = :id", soci::use(name), soci::use(id);
}

} // namespace bot::storage
