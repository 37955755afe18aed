#pragma once
#include "bot/core/ids.hpp"
#include "bot/storage/database.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bot::outreach {

struct ImportReport {
    int added = 0, changed = 0, unchanged = 0;
    std::vector<std::string> problems; ///< `file:line: message`; not empty = nothing was written
};

/// `orgs` or `groups` from CSV (RFC 4180, UTF-8 with or without BOM, or GB18030) or JSON lines, all or
/// nothing. A second import of the same file changes nothing.
ImportReport import_file(storage::Database& database, IdSource& ids, const std::string& kind,
                         const std::filesystem::path& file);

/// The same columns as CSV, formula-safe.
std::string export_csv(storage::Database& database, const std::string& kind);

} // namespace bot::outreach
