#include "bot/core/text.hpp"
#include "bot/outreach/import_rows.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;

/// Cells that are written as CSV are read as they were.
void check_round_trip(const outreach::ImportRow& row)
{
    for (const auto& [name, value] : row.fields) {
        const std::string cell = outreach::csv_cell(value);
        fuzz::promise(cell.empty() || std::string_view("=+-@\t\r").find(cell[0]) == std::string_view::npos);
        if (value.find('\r') != std::string::npos || value.empty() || text::trim(value) != value)
            continue;
        const auto again = outreach::read_import_rows("name\n" + cell + "\n", {"name"});
        fuzz::promise(again.size() == 1 && again[0].get("name").ends_with(value));
    }
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const std::string text = outreach::import_text(std::string(fuzz::text_of(data, size)));
        fuzz::promise(text::is_utf8(text));
        for (const auto& row : outreach::read_import_rows(text, {"name", "code", "tags"}))
            check_round_trip(row);
    } catch (const outreach::ImportStop& stop) {
        fuzz::promise(stop.line >= 0 && *stop.what() != '\0');
    }
    return 0;
}
