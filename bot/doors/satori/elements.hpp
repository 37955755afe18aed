#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The small markup of messages: text with elements (protocol sheet, section 5). Pure.
namespace bot::doors::satori {

/// `text` has its words in `content`. What an element encloses follows at its own depth.
struct Element {
    std::string type;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Element> children;

    std::string_view get(std::string_view name) const;
    bool operator==(const Element&) const = default;
};

inline constexpr std::size_t deepest_element = 32;

/// Never fails: what is no element is text. Elements deeper than `deepest_element` stand beside each other.
std::vector<Element> parse_elements(std::string_view content);

/// So that words stay words.
std::string escape_text(std::string_view text);
std::string escape_attribute(std::string_view value);

} // namespace bot::doors::satori
