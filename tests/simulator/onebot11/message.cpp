#include "tests/simulator/onebot11/message.hpp"

#include <nlohmann/json.hpp>

namespace simulator::onebot11 {
namespace {

using nlohmann::json;

std::string escape(std::string_view text, bool in_value)
{
    std::string escaped;
    for (const char c : text)
        if (c == '&')
            escaped += "&amp;";
        else if (c == '[')
            escaped += "&#91;";
        else if (c == ']')
            escaped += "&#93;";
        else if (c == ',' && in_value)
            escaped += "&#44;";
        else
            escaped += c;
    return escaped;
}

std::string unescape(std::string_view text)
{
    constexpr std::pair<std::string_view, char> codes[] = {
        {"&amp;", '&'}, {"&#91;", '['}, {"&#93;", ']'}, {"&#44;", ','}};
    std::string plain;
    while (!text.empty()) {
        bool found = false;
        for (const auto& [code, c] : codes)
            if (text.starts_with(code)) {
                plain += c;
                text.remove_prefix(code.size());
                found = true;
                break;
            }
        if (found)
            continue;
        plain += text.front();
        text.remove_prefix(1);
    }
    return plain;
}

json text_segment(std::string text)
{
    return {{"type", "text"}, {"data", {{"text", std::move(text)}}}};
}

/// `at,qq=1` → a segment.
json read_code(std::string_view code)
{
    json data = json::object();
    const std::size_t name_end = std::min(code.find(','), code.size());
    const std::string name(code.substr(0, name_end));
    while (!code.empty()) {
        code.remove_prefix(std::min(code.find(','), code.size()));
        if (code.empty())
            break;
        code.remove_prefix(1);
        const std::string_view field = code.substr(0, code.find(','));
        const std::size_t equals = field.find('=');
        if (equals != std::string_view::npos)
            data[std::string(field.substr(0, equals))] = unescape(field.substr(equals + 1));
    }
    return {{"type", name}, {"data", std::move(data)}};
}

json read_cq(std::string_view text)
{
    json segments = json::array();
    std::string plain;
    while (!text.empty()) {
        const std::size_t open = text.find("[CQ:");
        const std::size_t close = open == std::string_view::npos ? open : text.find(']', open);
        if (close == std::string_view::npos) {
            plain += unescape(text);
            break;
        }
        plain += unescape(text.substr(0, open));
        if (!plain.empty())
            segments.push_back(text_segment(std::move(plain)));
        plain.clear();
        segments.push_back(read_code(text.substr(open + 4, close - open - 4)));
        text.remove_prefix(close + 1);
    }
    if (!plain.empty())
        segments.push_back(text_segment(std::move(plain)));
    return segments;
}

bool is_segment(const json& value)
{
    return value.is_object() && value.contains("type") && value["type"].is_string() &&
           value.contains("data") && value["data"].is_object();
}

std::string value_text(const json& value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

} // namespace

std::optional<json> read_segments(const json& message, bool plain)
{
    if (message.is_string()) {
        const std::string& text = message.get_ref<const std::string&>();
        return plain ? json::array({text_segment(text)}) : read_cq(text);
    }
    const json list = message.is_object() ? json::array({message}) : message;
    if (!list.is_array())
        return std::nullopt;
    for (const json& one : list)
        if (!is_segment(one))
            return std::nullopt;
    return list;
}

std::string to_cq(const json& segments)
{
    std::string text;
    for (const json& one : segments) {
        if (one["type"] == "text") {
            text += escape(value_text(one["data"].value("text", json(""))), false);
            continue;
        }
        text += "[CQ:" + one["type"].get<std::string>();
        for (const auto& [key, value] : one["data"].items())
            text += "," + key + "=" + escape(value_text(value), true);
        text += "]";
    }
    return text;
}

std::string text_of(const json& segments)
{
    std::string text;
    for (const json& one : segments)
        if (one["type"] == "text")
            text += value_text(one["data"].value("text", json("")));
    return text;
}

} // namespace simulator::onebot11
