#pragma once
#include "bot/knowledge/library.hpp"

#include <toml++/toml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Inside of this room: TOML read with every mistake noted by file and line.
namespace bot::knowledge {

class TableReader {
public:
    TableReader(std::string file, std::vector<Problem>& problems)
        : file_(std::move(file)), problems_(problems)
    {
    }

    /// The file as a table, or nothing after its mistake was noted.
    std::optional<toml::table> parse();
    /// The same for a text that is at hand; `file` only names it.
    std::optional<toml::table> parse(std::string_view text);

    void known_keys(const toml::table& table, std::initializer_list<std::string_view> known);
    /// A text that must be there, trimmed.
    std::string text(const toml::table& table, const char* key);
    std::string optional_text(const toml::table& table, const char* key);
    std::vector<std::string> list(const toml::table& table, const char* key);
    /// Midnight in Asia/Shanghai at the start of that day, milliseconds UTC.
    std::int64_t date(const toml::table& table, const char* key);
    void problem(const toml::node& node, std::string message);

    /// Visits every `[[key]]`.
    template <class F> void each(const toml::table& table, const char* key, F visit)
    {
        const toml::array* array = table[key].as_array();
        if (!array)
            return;
        for (const toml::node& node : *array)
            if (const toml::table* one = node.as_table())
                visit(*one);
            else
                problem(node, std::string(key) + ": write [[" + key + "]]");
    }

private:
    void note(const toml::parse_error& error);

    std::string file_;
    std::vector<Problem>& problems_;
};

} // namespace bot::knowledge
