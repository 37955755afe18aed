#include "bot/outreach/import.hpp"

#include "bot/core/geo.hpp"
#include "bot/core/text.hpp"
#include "bot/outreach/import_rows.hpp"
#include "bot/storage/groups_store.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

namespace bot::outreach {
namespace {

std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw ImportStop(0, "cannot read the file");
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

std::vector<std::string> split(const std::string& list)
{
    std::vector<std::string> parts;
    std::istringstream in(list);
    for (std::string part; std::getline(in, part, ';');)
        if (!text::trim(part).empty())
            parts.emplace_back(text::trim(part));
    return parts;
}

std::string needed(const ImportRow& row, const std::string& name)
{
    std::string value = row.get(name);
    if (value.empty())
        throw std::invalid_argument(name + ": must not be empty");
    return value;
}

double coordinate(const ImportRow& row, const std::string& name, double most)
{
    const std::string text = row.get(name);
    if (text.empty())
        return 0;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || !(std::abs(value) <= most)) // "nan" is a number to from_chars
        throw std::invalid_argument(name + ": \"" + text + "\" is no coordinate in degrees");
    return value;
}

void one_of(const std::string& name, const std::string& value, const std::set<std::string>& known)
{
    if (!known.contains(value))
        throw std::invalid_argument(name + ": \"" + value + "\" is unknown");
}

storage::Org read_org(const ImportRow& row)
{
    storage::Org org;
    org.code = needed(row, "code");
    org.name = needed(row, "name");
    org.parent = row.get("parent").empty() ? "root" : row.get("parent");
    org.kind = needed(row, "kind");
    one_of("kind", org.kind, {"city", "county", "township", "village", "park", "industry", "other"});
    org.lat = coordinate(row, "lat", 90);
    org.lng = coordinate(row, "lng", 180);
    const std::string datum = row.get("datum").empty() ? "wgs84" : row.get("datum");
    one_of("datum", datum, {"wgs84", "gcj02", "bd09"});
    if (org.lat != 0 && datum != "wgs84") {
        const geo::Point given{org.lng, org.lat};
        const geo::Point point = datum == "gcj02" ? geo::gcj02_to_wgs84(given) : geo::bd09_to_wgs84(given);
        org.lng = point.lng;
        org.lat = point.lat;
    }
    org.tile = row.get("tile");
    return org;
}

/// Writes units; the ones that stand in the store already cost one query together, not two each.
class OrgWriter {
public:
    explicit OrgWriter(soci::session& sql) : sql_(sql)
    {
        for (storage::Org& org : storage::list_orgs(sql))
            known_.emplace(org.code, std::move(org));
    }

    storage::Change write(const ImportRow& row)
    {
        storage::Org org = read_org(row);
        const auto known = known_.find(org.code);
        if (known != known_.end() && known->second == org)
            return storage::Change::unchanged;
        const storage::Change change = storage::upsert_org(sql_, org);
        known_[org.code] = std::move(org);
        return change;
    }

private:
    soci::session& sql_;
    std::map<std::string, storage::Org> known_;
};

storage::Change write_group(soci::session& sql, const ImportRow& row, IdSource& ids)
{
    storage::Group group;
    group.id = ids.next();
    group.account = needed(row, "account");
    group.external_id = needed(row, "external_id");
    group.name = row.get("name");
    group.org = needed(row, "org");
    group.industries = split(row.get("industries"));
    group.tags = split(row.get("tags"));
    group.subscriptions = split(row.get("subscriptions"));
    group.mode = row.get("mode").empty() ? "mention" : row.get("mode");
    one_of("mode", group.mode, {"mention", "attentive", "muted"});
    for (const std::string& one : group.subscriptions)
        one_of("subscriptions", one, {"activities", "jobs", "rights", "mutual-aid", "services", "notices"});
    return storage::upsert_group(sql, group);
}

std::string join(const std::vector<std::string>& list)
{
    std::string joined;
    for (const std::string& one : list)
        joined += (joined.empty() ? "" : ";") + one;
    return joined;
}

} // namespace

ImportReport import_file(storage::Database& database, IdSource& ids, const std::string& kind,
                         const std::filesystem::path& file)
{
    ImportReport report;
    const auto add_problem = [&](int line, const std::string& message) {
        report.problems.push_back(file.string() + (line > 0 ? ":" + std::to_string(line) : "") + ": " +
                                  message);
    };
    const bool orgs = kind == "orgs";
    if (!orgs && kind != "groups") {
        add_problem(0, "kind \"" + kind + "\" cannot be imported yet; orgs and groups can");
        return report;
    }
    const std::set<std::string> columns =
        orgs ? std::set<std::string>{"code", "name", "parent", "kind", "lat", "lng", "datum", "tile"}
             : std::set<std::string>{"account",    "external_id", "name",          "org",
                                     "industries", "tags",        "subscriptions", "mode"};
    try {
        const std::vector<ImportRow> rows = read_import_rows(import_text(read_file(file)), columns);
        database.write_now([&](soci::session& sql) {
            std::optional<OrgWriter> writer;
            if (orgs)
                writer.emplace(sql);
            for (const ImportRow& row : rows) {
                try {
                    const storage::Change change = orgs ? writer->write(row) : write_group(sql, row, ids);
                    ++(change == storage::Change::added     ? report.added
                       : change == storage::Change::changed ? report.changed
                                                            : report.unchanged);
                } catch (const std::invalid_argument& error) {
                    add_problem(row.line, error.what());
                }
            }
            if (!report.problems.empty())
                throw ImportStop(0, "");
            return true;
        });
    } catch (const ImportStop& stop) {
        report.added = report.changed = report.unchanged = 0;
        if (report.problems.empty())
            add_problem(stop.line, stop.what());
    }
    return report;
}

std::string export_csv(storage::Database& database, const std::string& kind)
{
    std::string csv;
    if (kind == "orgs") {
        csv = "code,name,parent,kind,lat,lng,datum,tile\n";
        for (const auto& org : database.read_now([](soci::session& sql) { return storage::list_orgs(sql); }))
            csv += csv_cell(org.code) + "," + csv_cell(org.name) + "," + csv_cell(org.parent) + "," +
                   org.kind + "," + (org.lat != 0 ? std::to_string(org.lat) : "") + "," +
                   (org.lng != 0 ? std::to_string(org.lng) : "") + ",wgs84," + csv_cell(org.tile) + "\n";
    } else if (kind == "groups") {
        csv = "account,external_id,name,org,industries,tags,subscriptions,mode\n";
        for (const auto& group :
             database.read_now([](soci::session& sql) { return storage::list_groups(sql); }))
            csv += csv_cell(group.account) + "," + csv_cell(group.external_id) + "," + csv_cell(group.name) +
                   "," + csv_cell(group.org) + "," + join(group.industries) + "," +
                   csv_cell(join(group.tags)) + "," + join(group.subscriptions) + "," + group.mode + "\n";
    } else {
        throw std::invalid_argument("kind \"" + kind + "\" cannot be exported yet; orgs and groups can");
    }
    return csv;
}

} // namespace bot::outreach
