#pragma once
#include <optional>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace bot::storage {

/// A unit of the union: city, county, township, village, park, industry, other.
struct Org {
    std::string code, name;
    std::string parent; ///< `root` at the top
    std::string kind;
    double lat = 0, lng = 0; ///< WGS-84; 0, 0 = not known
    std::string tile;

    bool operator==(const Org&) const = default;
};

enum class Change { unchanged, added, changed };

/// Writes by code; the parent must exist (or be `root`), else std::invalid_argument.
Change upsert_org(soci::session& sql, const Org& org);
std::optional<Org> find_org(soci::session& sql, const std::string& code);
/// All units, parents before children.
std::vector<Org> list_orgs(soci::session& sql);
/// The next units of `unit` and below, by code.
std::vector<Org> list_orgs_within(soci::session& sql, const std::string& unit, const std::string& after_code,
                                  int limit);
/// Whether `code` is `unit` or lies below it; everything lies below `root`.
bool is_within(soci::session& sql, const std::string& code, const std::string& unit);

} // namespace bot::storage
