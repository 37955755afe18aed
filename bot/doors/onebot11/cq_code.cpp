#include "bot/doors/onebot11/cq_code.hpp"

#include <algorithm>

namespace bot::doors::onebot11 {
namespace {

constexpr std::string_view opening = "[CQ:";

/// One pass, so that `&amp;#91;` becomes `&#91;` and not a bracket.
std::string unescape(std::string_view text)
{
    static constexpr std::pair<std::string_view, char> codes[] = {
        {"&#44;", ','}, {"&#91;", '['}, {"&#93;", ']'}, {"&amp;", '&'}};
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        const auto* code = std::find_if(std::begin(codes), std::end(codes),
                                        [&](const auto& one) { return text.starts_with(one.first); });
        plain += code == std::end(codes) ? text.front() : code->second;
        text.remove_prefix(code == std::end(codes) ? 1 : code->first.size());
    }
    return plain;
}

std::string escape(std::string_view text, bool in_value)
{
    std::string escaped;
    for (const char c : text) {
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
    }
    return escaped;
}

Segment parse_code(std::string_view inside)
{
    Segment segment;
    std::size_t end = std::min(inside.find(','), inside.size());
    segment.type = std::string(inside.substr(0, end));
    while (end < inside.size()) {
        inside.remove_prefix(end + 1);
        end = std::min(inside.find(','), inside.size());
        const std::string_view pair = inside.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        segment.data.emplace_back(std::string(pair.substr(0, equals)),
                                  unescape(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return segment;
}

} // namespace

std::string_view Segment::get(std::string_view key) const
{
    for (const auto& [name, value] : data)
        if (name == key)
            return value;
    return {};
}

std::vector<Segment> parse_cq(std::string_view message)
{
    std::vector<Segment> segments;
    std::size_t text_from = 0;
    const auto add_text = [&](std::size_t to) {
        if (to > text_from)
            segments.push_back({"text", {{"text", unescape(message.substr(text_from, to - text_from))}}});
    };
    for (std::size_t at = message.find(opening); at != std::string_view::npos;
         at = message.find(opening, at)) {
        const std::size_t close = message.find(']', at);
        if (close == std::string_view::npos)
            break;
        add_text(at);
        segments.push_back(parse_code(message.substr(at + opening.size(), close - at - opening.size())));
        text_from = at = close + 1;
    }
    add_text(message.size());
    return segments;
}

std::string serialise_cq(const std::vector<Segment>& segments)
{
    std::string message;
    for (const Segment& segment : segments) {
        if (segment.type == "text") {
            message += escape(segment.get("text"), false);
            continue;
        }
        message += std::string(opening) + segment.type;
        for (const auto& [key, value] : segment.data)
            message += "," + key + "=" + escape(value, true);
        message += "]";
    }
    return message;
}

} // namespace bot::doors::onebot11
