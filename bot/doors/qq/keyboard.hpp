#pragma once
#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bot::doors::qq {

/// One thing that a text offers to choose by its number.
struct Choice {
    std::string number;
    std::string label; ///< at most 10 characters
};

/// Lines such as `1. 工伤认定`, and `回复 1 看材料，2 看去哪办`. At most 10. Pure.
std::vector<Choice> choices_of(std::string_view text);

/// Buttons that put the number into the input box and send it: two in a row, at most five rows.
nlohmann::json keyboard_of(const std::vector<Choice>& choices);

/// The text as Markdown that shows it as it is.
std::string as_markdown(std::string_view text);

} // namespace bot::doors::qq
