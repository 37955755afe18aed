#include "bot/outreach/import_rows.hpp"

#include "bot/core/json.hpp"
#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <sstream>

namespace bot::outreach {
namespace {

using nlohmann::json;

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
        throw ImportStop(start, "a quoted field is not closed");
    end_record();
    return records;
}

std::vector<ImportRow> read_csv(const std::string& text, const std::set<std::string>& columns)
{
    const auto records = read_records(text);
    if (records.empty())
        throw ImportStop(1, "a header row is needed");
    const auto& header = records.front().second;
    for (const std::string& name : header)
        if (!columns.contains(name))
            throw ImportStop(1, "unknown column \"" + name + "\"");
    std::vector<ImportRow> rows;
    for (std::size_t i = 1; i < records.size(); ++i) {
        const auto& [line, fields] = records[i];
        if (fields.size() != header.size())
            throw ImportStop(line, std::to_string(fields.size()) + " fields, the header has " +
                                       std::to_string(header.size()));
        ImportRow row;
        row.line = line;
        for (std::size_t k = 0; k < fields.size(); ++k)
            row.fields.emplace(header[k], std::string(text::trim(fields[k])));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<ImportRow> read_json_lines(const std::string& text, const std::set<std::string>& columns)
{
    std::vector<ImportRow> rows;
    std::istringstream in(text);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (text::trim(line).empty())
            continue;
        const json value = json_or_null(line);
        if (!value.is_object())
            throw ImportStop(number, "expected one JSON object per line");
        ImportRow row;
        row.line = number;
        for (const auto& [key, field] : value.items()) {
            if (!columns.contains(key))
                throw ImportStop(number, "unknown field \"" + key + "\"");
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

} // namespace

std::string ImportRow::get(const std::string& name) const
{
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
}

std::string import_text(std::string bytes)
{
    if (bytes.starts_with("\xEF\xBB\xBF"))
        bytes.erase(0, 3);
    if (text::is_utf8(bytes))
        return bytes;
    UErrorCode error = U_ZERO_ERROR;
    UConverter* gb18030 = ucnv_open("gb18030", &error);
    const icu::UnicodeString wide(bytes.data(), static_cast<std::int32_t>(bytes.size()), gb18030, error);
    ucnv_close(gb18030);
    if (U_FAILURE(error))
        throw ImportStop(0, "neither UTF-8 nor GB18030");
    std::string utf8;
    wide.toUTF8String(utf8);
    return utf8;
}

std::vector<ImportRow> read_import_rows(const std::string& text, const std::set<std::string>& columns)
{
    return text::trim(text).starts_with("{") ? read_json_lines(text, columns) : read_csv(text, columns);
}

std::string csv_cell(std::string value)
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

} // namespace bot::outreach
