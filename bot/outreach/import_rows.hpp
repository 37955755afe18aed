#pragma once
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Foreign bytes → rows of named fields. Pure.
namespace bot::outreach {

struct ImportRow {
    int line = 0; ///< where it starts, from 1 on
    std::map<std::string, std::string> fields;

    /// Empty when the row has no such field.
    std::string get(const std::string& name) const;
};

/// Nothing of the text can be used; `line` is 0 where there is none.
struct ImportStop : std::runtime_error {
    ImportStop(int at, const std::string& message) : std::runtime_error(message), line(at) {}
    int line;
};

/// UTF-8 with or without BOM, or GB18030 → UTF-8. Throws ImportStop.
std::string import_text(std::string bytes);

/// CSV (RFC 4180, a header row) or JSON lines whose names stand in `columns`. Throws ImportStop.
std::vector<ImportRow> read_import_rows(const std::string& text, const std::set<std::string>& columns);

/// One field of CSV: quoted where needed, and never read as a formula by a spreadsheet.
std::string csv_cell(std::string value);

} // namespace bot::outreach
