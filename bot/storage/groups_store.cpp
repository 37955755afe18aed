#include "bot/storage/groups_store.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace bot::storage {
namespace {

constexpr auto columns = "g.id, g.account, g.external_id, g.name, g.org, g.mode, g.state";
constexpr auto of_account = " FROM chat_groups g WHERE g.account = :account AND g.external_id = :external_id";
constexpr auto of_id = " FROM chat_groups g WHERE g.id = :id";
constexpr auto of_unit =
    " FROM chat_groups g LEFT JOIN orgs o ON o.code = g.org WHERE (:unit = 'root' OR COALESCE(o.path, '') "
    "LIKE :below) AND g.id > :after ORDER BY g.id LIMIT :limit";
constexpr auto insert_group = "INSERT INTO chat_groups (id, account, external_id, name, org, mode, state) "
                              "VALUES (:id, :account, :external_id, :name, :org, :mode, :state)";
constexpr auto update_group =
    "UPDATE chat_groups SET name = :name, org = :org, mode = :mode, state = :state WHERE id = :id";
constexpr auto select_all_labels =
    "SELECT group_id, kind, label FROM group_labels ORDER BY group_id, kind, label";
constexpr auto select_labels =
    "SELECT kind, label FROM group_labels WHERE group_id = :id ORDER BY kind, label";
constexpr auto delete_labels = "DELETE FROM group_labels WHERE group_id = :id";
constexpr auto insert_label = "INSERT INTO group_labels (group_id, kind, label) VALUES (:id, :kind, :label)";
constexpr auto delete_label =
    "DELETE FROM group_labels WHERE group_id = :id AND kind = :kind AND label = :label";
constexpr auto update_state =
    "UPDATE chat_groups SET state = :state WHERE account = :account AND external_id = :external_id";

void add_label(Group& group, const std::string& kind, const std::string& label)
{
    auto& list = kind == "industry" ? group.industries : kind == "tag" ? group.tags : group.subscriptions;
    list.push_back(label);
}

void write_labels(soci::session& sql, std::int64_t id, const std::string& kind,
                  const std::vector<std::string>& labels)
{
    for (const std::string& label : labels)
        sql << insert_label, soci::use(id), soci::use(kind), soci::use(label);
}

template <class Prepared> std::vector<Group> read(Prepared&& prepared)
{
    std::vector<Group> groups;
    Group group;
    soci::statement rows =
        (prepared, soci::into(group.id), soci::into(group.account), soci::into(group.external_id),
         soci::into(group.name), soci::into(group.org), soci::into(group.mode), soci::into(group.state));
    rows.execute();
    while (rows.fetch())
        groups.push_back(group);
    return groups;
}

std::vector<Group> with_labels(soci::session& sql, std::vector<Group> groups)
{
    std::int64_t id = 0;
    std::string kind, label;
    soci::statement rows = (sql.prepare << select_labels, soci::use(id), soci::into(kind), soci::into(label));
    for (Group& group : groups) {
        id = group.id;
        rows.execute();
        while (rows.fetch())
            add_label(group, kind, label);
    }
    return groups;
}

std::optional<Group> first(std::vector<Group> groups)
{
    if (groups.empty())
        return std::nullopt;
    return std::move(groups.front());
}

} // namespace

Change upsert_group(soci::session& sql, const Group& given)
{
    Group group = given;
    for (auto* list : {&group.industries, &group.tags, &group.subscriptions}) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    if (group.org != "root" && !find_org(sql, group.org))
        throw std::invalid_argument("org: there is no unit " + group.org);
    const auto known = find_group(sql, group.account, group.external_id);
    if (known) {
        group.id = known->id;
        group.state = known->state;
    }
    if (known && *known == group)
        return Change::unchanged;
    if (known) {
        sql << update_group, soci::use(group.name), soci::use(group.org), soci::use(group.mode),
            soci::use(group.state), soci::use(group.id);
        sql << delete_labels, soci::use(group.id);
    } else {
        sql << insert_group, soci::use(group.id), soci::use(group.account), soci::use(group.external_id),
            soci::use(group.name), soci::use(group.org), soci::use(group.mode), soci::use(group.state);
    }
    write_labels(sql, group.id, "industry", group.industries);
    write_labels(sql, group.id, "tag", group.tags);
    write_labels(sql, group.id, "subscription", group.subscriptions);
    return known ? Change::changed : Change::added;
}

std::optional<Group> find_group(soci::session& sql, const std::string& account,
                                const std::string& external_id)
{
    return first(with_labels(sql, read((sql.prepare << "SELECT " << columns << of_account, soci::use(account),
                                        soci::use(external_id)))));
}

std::optional<Group> find_group(soci::session& sql, std::int64_t id)
{
    return first(with_labels(sql, read((sql.prepare << "SELECT " << columns << of_id, soci::use(id)))));
}

std::vector<Group> list_groups_within(soci::session& sql, const std::string& unit, std::int64_t after_id,
                                      int limit)
{
    const std::string below = "%/" + unit + "/%";
    return with_labels(sql, read((sql.prepare << "SELECT " << columns << of_unit, soci::use(unit),
                                  soci::use(below), soci::use(after_id), soci::use(limit))));
}

std::vector<Group> list_groups(soci::session& sql)
{
    std::vector<Group> groups =
        read((sql.prepare << "SELECT " << columns << " FROM chat_groups g ORDER BY g.id"));
    std::map<std::int64_t, std::size_t> place;
    for (const Group& group : groups)
        place.emplace(group.id, place.size());
    std::int64_t id = 0;
    std::string kind, label;
    soci::statement labels =
        (sql.prepare << select_all_labels, soci::into(id), soci::into(kind), soci::into(label));
    labels.execute();
    while (labels.fetch())
        add_label(groups[place.at(id)], kind, label);
    return groups;
}

void set_group_state(soci::session& sql, const std::string& account, const std::string& external_id,
                     const std::string& state)
{
    sql << update_state, soci::use(state), soci::use(account), soci::use(external_id);
}

void subscribe(soci::session& sql, std::int64_t group_id, const std::string& category)
{
    unsubscribe(sql, group_id, category);
    write_labels(sql, group_id, "subscription", {category});
}

void unsubscribe(soci::session& sql, std::int64_t group_id, const std::string& category)
{
    const std::string kind = "subscription";
    sql << delete_label, soci::use(group_id), soci::use(kind), soci::use(category);
}

void add_bind_code(soci::session& sql, const std::string& code, const std::string& org,
                   std::int64_t expires_ms)
{
    sql << "INSERT INTO bind_codes (code, org, expires_ms) VALUES (:code, :org, :expires)", soci::use(code),
        soci::use(org), soci::use(expires_ms);
}

std::optional<std::string> take_bind_code(soci::session& sql, const std::string& code, std::int64_t now_ms)
{
    std::string org;
    sql << "SELECT org FROM bind_codes WHERE code = :code AND expires_ms > :now", soci::use(code),
        soci::use(now_ms), soci::into(org);
    if (!sql.got_data())
        return std::nullopt;
    sql << "DELETE FROM bind_codes WHERE code = :code", soci::use(code);
    return org;
}

} // namespace bot::storage
