#include "bot/storage/announcements_store.hpp"

#include <soci/soci.h>

namespace bot::storage {
namespace {

constexpr auto columns =
    "id, title, body, category, audience, priority, state, send_at_ms, expires_at_ms, created_by, "
    "approved_by, idempotency_key, created_ms, org, edited_by";
constexpr auto insert_sentence =
    "INSERT INTO announcements (id, title, body, category, audience, priority, state, send_at_ms, "
    "expires_at_ms, created_by, approved_by, idempotency_key, created_ms, org) VALUES (:id, :title, :body, "
    ":category, :audience, :priority, :state, :send_at, :expires_at, :created_by, :approved_by, "
    ":idempotency_key, :created, :org)";
constexpr auto rewrite_sentence =
    "UPDATE announcements SET title = :title, body = :body, category = :category, audience = :audience, "
    "priority = :priority, send_at_ms = :send_at, expires_at_ms = :expires_at, edited_by = :edited_by, "
    "approved_by = '', state = 'draft' WHERE id = :id AND state IN ('draft', 'review', 'scheduled', "
    "'rejected')";
constexpr auto select_page =
    "WHERE (:all = 'root' OR org = :own OR EXISTS (SELECT 1 FROM orgs o WHERE o.code = announcements.org AND "
    "o.path LIKE :below)) AND (:any = '' OR state = :state) AND (:first = 0 OR id < :before) ORDER BY id "
    "DESC "
    "LIMIT :limit";
constexpr auto select_by_key =
    "SELECT id FROM announcements WHERE created_by = :by AND idempotency_key = :key";
constexpr auto select_due =
    "SELECT id FROM announcements WHERE state = 'scheduled' AND send_at_ms <= :now ORDER BY id";

/// Runs a prepared sentence that selects `columns`.
template <class Prepared> std::vector<Announcement> read(Prepared&& prepared)
{
    std::vector<Announcement> found;
    Announcement one;
    soci::statement rows =
        (prepared, soci::into(one.id), soci::into(one.title), soci::into(one.body), soci::into(one.category),
         soci::into(one.audience), soci::into(one.priority), soci::into(one.state),
         soci::into(one.send_at_ms), soci::into(one.expires_at_ms), soci::into(one.created_by),
         soci::into(one.approved_by), soci::into(one.idempotency_key), soci::into(one.created_ms),
         soci::into(one.org), soci::into(one.edited_by));
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
        soci::use(one.approved_by), soci::use(one.idempotency_key), soci::use(one.created_ms),
        soci::use(one.org);
    return true;
}

std::optional<Announcement> find_announcement(soci::session& sql, std::int64_t id)
{
    auto found =
        read((sql.prepare << "SELECT " << columns << " FROM announcements WHERE id = :id", soci::use(id)));
    if (found.empty())
        return std::nullopt;
    return found.front();
}

std::vector<Announcement> list_announcements(soci::session& sql, const AnnouncementPage& page)
{
    const std::string below = "%/" + page.unit + "/%";
    return read((sql.prepare << "SELECT " << columns << " FROM announcements " << select_page,
                 soci::use(page.unit), soci::use(page.unit), soci::use(below), soci::use(page.state),
                 soci::use(page.state), soci::use(page.before_id), soci::use(page.before_id),
                 soci::use(page.limit)));
}

bool rewrite_announcement(soci::session& sql, const Announcement& changed)
{
    soci::statement update =
        (sql.prepare << rewrite_sentence, soci::use(changed.title), soci::use(changed.body),
         soci::use(changed.category), soci::use(changed.audience), soci::use(changed.priority),
         soci::use(changed.send_at_ms), soci::use(changed.expires_at_ms), soci::use(changed.edited_by),
         soci::use(changed.id));
    update.execute(true);
    return update.get_affected_rows() == 1;
}

bool remove_announcement(soci::session& sql, std::int64_t id)
{
    soci::statement remove =
        (sql.prepare << "DELETE FROM announcements WHERE id = :id AND state IN ('draft', 'rejected')",
         soci::use(id));
    remove.execute(true);
    return remove.get_affected_rows() == 1;
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
