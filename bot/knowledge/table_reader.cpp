#include "bot/knowledge/table_reader.hpp"

#include "bot/core/text.hpp"

#include <algorithm>
#include <chrono>

namespace bot::knowledge {

std::optional<toml::table> TableReader::parse()
{
    try {
        return toml::parse_file(file_);
    } catch (const toml::parse_error& error) {
        note(error);
        return std::nullopt;
    }
}

std::optional<toml::table> TableReader::parse(std::string_view text)
{
    try {
        return toml::parse(text, std::string_view(file_));
    } catch (const toml::parse_error& error) {
        note(error);
        return std::nullopt;
    }
}

void TableReader::note(const toml::parse_error& error)
{
    problems_.push_back(
        {file_, static_cast<int>(error.source().begin.line), std::string(error.description())});
}

void TableReader::known_keys(const toml::table& table, std::initializer_list<std::string_view> known)
{
    for (const auto& [key, node] : table)
        if (std::find(known.begin(), known.end(), key.str()) == known.end())
            problem(node, "unknown key \"" + std::string(key.str()) + "\"");
}

std::string TableReader::text(const toml::table& table, const char* key)
{
    const toml::node* node = table.get(key);
    const auto value = node ? node->value_exact<std::string>() : std::nullopt;
    if (!value || text::trim(*value).empty()) {
        problem(node ? *node : static_cast<const toml::node&>(table),
                std::string(key) + ": a text is needed");
        return {};
    }
    return std::string(text::trim(*value));
}

std::string TableReader::optional_text(const toml::table& table, const char* key)
{
    const toml::node* node = table.get(key);
    if (!node)
        return {};
    const auto value = node->value_exact<std::string>();
    if (!value)
        problem(*node, std::string(key) + ": a text is needed");
    return std::string(text::trim(value.value_or(std::string())));
}

std::vector<std::string> TableReader::list(const toml::table& table, const char* key)
{
    std::vector<std::string> values;
    const toml::array* array = table[key].as_array();
    if (!array) {
        problem(table, std::string(key) + ": a list of texts is needed");
        return values;
    }
    for (const toml::node& node : *array)
        if (const auto value = node.value_exact<std::string>())
            values.push_back(*value);
        else
            problem(node, std::string(key) + ": every entry must be a text");
    return values;
}

std::int64_t TableReader::date(const toml::table& table, const char* key)
{
    using namespace std::chrono;
    const auto value = table[key].value_exact<toml::date>();
    if (!value) {
        problem(table, std::string(key) + ": a date as 2025-01-01 is needed");
        return 0;
    }
    const year_month_day day{year{value->year}, month{value->month}, std::chrono::day{value->day}};
    constexpr auto china = hours{8};
    return duration_cast<milliseconds>((sys_days{day} - china).time_since_epoch()).count();
}

void TableReader::problem(const toml::node& node, std::string message)
{
    problems_.push_back({file_, static_cast<int>(node.source().begin.line), std::move(message)});
}

} // namespace bot::knowledge
