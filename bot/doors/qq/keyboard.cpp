#include "bot/doors/qq/keyboard.hpp"

#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace bot::doors::qq {
namespace {

using nlohmann::json;

constexpr std::size_t most_choices = 10;
constexpr std::size_t per_row = 2;
constexpr std::size_t label_length = 10;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// One or two digits at the front, cut off; empty when there are none or more.
std::string take_number(std::string_view& text)
{
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits]))
        ++digits;
    if (digits == 0 || digits > 2)
        return {};
    std::string number(text.substr(0, digits));
    text.remove_prefix(digits);
    return number;
}

bool take(std::string_view& text, std::initializer_list<std::string_view> one_of)
{
    for (const std::string_view one : one_of)
        if (text.starts_with(one)) {
            text.remove_prefix(one.size());
            return true;
        }
    return false;
}

void add(std::vector<Choice>& choices, std::string number, std::string_view label)
{
    label = text::trim(label);
    const bool known =
        std::any_of(choices.begin(), choices.end(), [&](const Choice& one) { return one.number == number; });
    if (!label.empty() && !known && choices.size() < most_choices)
        choices.push_back({std::move(number), text::prefix(label, label_length)});
}

void read_line(std::vector<Choice>& choices, std::string_view line)
{
    line = text::trim(line);
    if (!take(line, {"回复 "})) {
        std::string number = take_number(line);
        if (!number.empty() && take(line, {". ", "、", "．", ") ", "）"}))
            add(choices, std::move(number), line);
        return;
    }
    for (std::string number = take_number(line); !number.empty(); number = take_number(line)) {
        if (!take(line, {" 看", " "}))
            return;
        const std::size_t end = std::min(line.find("，"), line.size());
        add(choices, std::move(number), line.substr(0, end));
        line.remove_prefix(end);
        if (!take(line, {"，"}))
            return;
    }
}

} // namespace

std::vector<Choice> choices_of(std::string_view text)
{
    std::vector<Choice> choices;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        read_line(choices, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return choices;
}

json keyboard_of(const std::vector<Choice>& choices)
{
    json rows = json::array();
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (i % per_row == 0)
            rows.push_back({{"buttons", json::array()}});
        const Choice& one = choices[i];
        rows.back()["buttons"].push_back(
            {{"id", one.number},
             {"render_data", {{"label", one.label}, {"visited_label", one.label}, {"style", 1}}},
             {"action",
              {{"type", 2}, {"permission", {{"type", 2}}}, {"data", one.number}, {"enter", true}}}});
    }
    return {{"content", {{"rows", std::move(rows)}}}};
}

std::string as_markdown(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>()#+!|~").find(c) != std::string_view::npos)
            out += '\\';
        if (c == '\n')
            out += '\n'; // one line end is none in Markdown
        out += c;
    }
    return out;
}

} // namespace bot::doors::qq
