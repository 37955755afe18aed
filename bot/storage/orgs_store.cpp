#include "bot/storage/orgs_store.hpp"

#include <soci/soci.h>

#include <stdexcept>

namespace bot::storage {
namespace {

constexpr auto select_org = "SELECT code, name, parent, kind, lat, lng, tile FROM orgs WHERE code = :code";
constexpr auto select_orgs =
    "SELECT code, name, parent, kind, lat, lng, tile FROM orgs ORDER BY LENGTH(path), code";
constexpr auto select_within = "SELECT code, name, parent, kind, lat, lng, tile FROM orgs WHERE (:unit = "
                               "'root' OR path LIKE :below) AND "
                               "code > :after ORDER BY code LIMIT :limit";
constexpr auto select_path = "SELECT path FROM orgs WHERE code = :code";
constexpr auto insert_org = "INSERT INTO orgs (code, name, parent, kind, path, lat, lng, tile) "
                            "VALUES (:code, :name, :parent, :kind, :path, :lat, :lng, :tile)";
constexpr auto update_org =
    "UPDATE orgs SET name = :name, parent = :parent, kind = :kind, path = :path, lat = :lat, "
    "lng = :lng, tile = :tile WHERE code = :code";

std::string path_of(soci::session& sql, const Org& org)
{
    std::string path = "/";
    if (org.parent != "root") {
        path.clear();
        sql << select_path, soci::use(org.parent), soci::into(path);
        if (path.empty())
            throw std::invalid_argument("parent: there is no unit " + org.parent);
    }
    return path + org.code + "/";
}

template <class Prepared> std::vector<Org> read(Prepared&& prepared)
{
    std::vector<Org> orgs;
    Org org;
    soci::statement rows =
        (prepared, soci::into(org.code), soci::into(org.name), soci::into(org.parent), soci::into(org.kind),
         soci::into(org.lat), soci::into(org.lng), soci::into(org.tile));
    rows.execute();
    while (rows.fetch())
        orgs.push_back(org);
    return orgs;
}

} // namespace

Change upsert_org(soci::session& sql, const Org& org)
{
    const std::string path = path_of(sql, org);
    const auto known = find_org(sql, org.code);
    if (known && *known == org)
        return Change::unchanged;
    if (known)
        sql << update_org, soci::use(org.name), soci::use(org.parent), soci::use(org.kind), soci::use(path),
            soci::use(org.lat), soci::use(org.lng), soci::use(org.tile), soci::use(org.code);
    else
        sql << insert_org, soci::use(org.code), soci::use(org.name), soci::use(org.parent),
            soci::use(org.kind), soci::use(path), soci::use(org.lat), soci::use(org.lng), soci::use(org.tile);
    return known ? Change::changed : Change::added;
}

std::optional<Org> find_org(soci::session& sql, const std::string& code)
{
    Org org;
    sql << select_org, soci::use(code), soci::into(org.code), soci::into(org.name), soci::into(org.parent),
        soci::into(org.kind), soci::into(org.lat), soci::into(org.lng), soci::into(org.tile);
    if (!sql.got_data())
        return std::nullopt;
    return org;
}

std::vector<Org> list_orgs(soci::session& sql)
{
    return read((sql.prepare << select_orgs));
}

std::vector<Org> list_orgs_within(soci::session& sql, const std::string& unit, const std::string& after_code,
                                  int limit)
{
    const std::string below = "%/" + unit + "/%";
    return read((sql.prepare << select_within, soci::use(unit), soci::use(below), soci::use(after_code),
                 soci::use(limit)));
}

bool is_within(soci::session& sql, const std::string& code, const std::string& unit)
{
    if (unit == "root" || code == unit)
        return true;
    std::string path;
    sql << select_path, soci::use(code), soci::into(path);
    return path.find("/" + unit + "/") != std::string::npos;
}

} // namespace bot::storage
