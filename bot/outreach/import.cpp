#include "bot/outreach/import.hpp"

#include "bot/core/geo.hpp"
#include "bot/core/text.hpp"
#include "bot/storage/groups_store.hpp"

#include <nlohmann/json.hpp>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

namespace bot::outreach {
namespace {

using nlohmann::json;

struct Row {
    int line = 0;
    std::map<std::string, std::string> fields;

    std::string get(const std::string& name) const
    {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    }
};

struct Stop : std::runtime_error {
    Stop(int at, const std::string& message) : std::runtime_error(message), line(at) {}
    int line;
};

std::string read_text(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Stop(0, "cannot read the file");
    std::ostringstream bytes;
    bytes << in.rdbuf();
    std::string text = bytes.str();
    if (text.starts_with("\xEF\xBB\xBF"))
        text.erase(0, 3);
    if (text::is_utf8(text))
        return text;
    UErrorCode error = U_ZERO_ERROR;
    UConverter* gb18030 = ucnv_open("gb18030", &error);
    const icu::UnicodeString wide(text.data(), static_cast<std::int32_t>(text.size()), gb18030, error);
    ucnv_close(gb18030);
    if (U_FAILURE(error))
        throw Stop(0, "neither UTF-8 nor GB18030");
    std::string utf8;
    wide.toUTF8String(utf8);
    return utf8;
}

/// Fields of RFC 4180 text, with the line each record starts on.
std::vector<std::pair<int, std::vector<std::string>>> read_records(const std::string& text)
{
    std::vector<std::pair<int, std::vector<std::string>>> records;
    std::vector<std::string> fields(1);
    bool quoted = false;
    int line = 1, start = 1;
    const auto end_record = [&] {
        if (fields.size() > 1 || !fields[0].empty())
            records.emplace_back(start, fields);
        fields.assign(1, "");
        start = line;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n')
            ++line;
        if (quoted) {
            if (c != '"')
                fields.back() += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                fields.back() += text[++i];
            else
                quoted = false;
        } else if (c == '"' && fields.back().empty()) {
            quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            end_record();
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    if (quoted)
        throw Stop(start, "a quoted field is not closed");
    end_record();
    return records;
}

std::vector<Row> read_csv(const std::string& text, const std::set<std::string>& columns)
{
    const auto records = read_records(text);
    if (records.empty())
        throw Stop(1, "a header row is needed");
    const auto& header = records.front().second;
    for (const std::string& name : header)
        if (!columns.contains(name))
            throw Stop(1, "unknown column \"" + name + "\"");
    std::vector<Row> rows;
    for (std::size_t i = 1; i < records.size(); ++i) {
        const auto& [line, fields] = records[i];
        if (fields.size() != header.size())
            throw Stop(line, std::to_string(fields.size()) + " fields, the header has " +
                                 std::to_string(header.size()));
        Row row;
        row.line = line;
        for (std::size_t k = 0; k < fields.size(); ++k)
            row.fields.emplace(header[k], std::string(text::trim(fields[k])));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Row> read_json_lines(const std::string& text, const std::set<std::string>& columns)
{
    std::vector<Row> rows;
    std::istringstream in(text);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (text::trim(line).empty())
            continue;
        const json value = json::parse(line, nullptr, false);
        if (!value.is_object())
            throw Stop(number, "expected one JSON object per line");
        Row row;
        row.line = number;
        for (const auto& [key, field] : value.items()) {
            if (!columns.contains(key))
                throw Stop(number, "unknown field \"" + key + "\"");
            std::string joined;
            if (field.is_array())
                for (const json& one : field)
                    joined +=
                        (joined.empty() ? "" : ";") + (one.is_string() ? one.get<std::string>() : one.dump());
            row.fields.emplace(key, field.is_array()    ? joined
                                    : field.is_string() ? field.get<std::string>()
                                                        : field.dump());
        }
        rows.push_back(std::move(row));
    }
    return rows;
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

std::string needed(const Row& row, const std::string& name)
{
    std::string value = row.get(name);
    if (value.empty())
        throw std::invalid_argument(name + ": must not be empty");
    return value;
}

double coordinate(const Row& row, const std::string& name, double most)
{
    const std::string text = row.get(name);
    if (text.empty())
        return 0;
    std::size_t used = 0;
    double value = 0;
    try {
        value = std::stod(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used != text.size() || value < -most || value > most)
        throw std::invalid_argument(name + ": \"" + text + "\" is no coordinate in degrees");
    return value;
}

void one_of(const std::string& name, const std::string& value, const std::set<std::string>& known)
{
    if (!known.contains(value))
        throw std::invalid_argument(name + ": \"" + value + "\" is unknown");
}

storage::Org read_org(const Row& row)
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

    storage::Change write(const Row& row)
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

storage::Change write_group(soci::session& sql, const Row& row, IdSource& ids)
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

std::string cell(std::string value)
{
    if (!value.empty() && std::string("=+-@\t\r").find(value.front()) != std::string::npos)
        value.insert(0, "'");
    if (value.find_first_of(",\"\n\r") == std::string::npos)
        return value;
    std::string quoted = "\"";
    for (const char c : value)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
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
        const std::string text = read_text(file);
        const bool lines = text::trim(text).starts_with("{");
        const std::vector<Row> rows = lines ? read_json_lines(text, columns) : read_csv(text, columns);
        database.write_now([&](soci::session& sql) {
            std::optional<OrgWriter> writer;
            if (orgs)
                writer.emplace(sql);
            for (const Row& row : rows) {
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
                throw Stop(0, "");
            return true;
        });
    } catch (const Stop& stop) {
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
            csv += cell(org.code) + "," + cell(org.name) + "," + cell(org.parent) + "," + org.kind + "," +
                   (org.lat != 0 ? std::to_string(org.lat) : "") + "," +
                   (org.lng != 0 ? std::to_string(org.lng) : "") + ",wgs84," + cell(org.tile) + "\n";
    } else if (kind == "groups") {
        csv = "account,external_id,name,org,industries,tags,subscriptions,mode\n";
        for (const auto& group :
             database.read_now([](soci::session& sql) { return storage::list_groups(sql); }))
            csv += cell(group.account) + "," + cell(group.external_id) + "," + cell(group.name) + "," +
                   cell(group.org) + "," + join(group.industries) + "," + cell(join(group.tags)) + "," +
                   join(group.subscriptions) + "," + group.mode + "\n";
    } else {
        throw std::invalid_argument("kind \"" + kind + "\" cannot be exported yet; orgs and groups can");
    }
    return csv;
}

} // namespace bot::outreach
