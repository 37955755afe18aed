#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The string form of a OneBot 11 message: `[CQ:name,key=value]` inside text (protocol sheet, section 4.3).
/// Pure.
namespace bot::doors::onebot11 {

struct Segment {
    std::string type;
    std::vector<std::pair<std::string, std::string>> data; ///< in the order of the wire

    bool operator==(const Segment&) const = default;
    std::string_view get(std::string_view key) const;
};

/// A code that does not close stays text. Never fails.
std::vector<Segment> parse_cq(std::string_view message);
std::string serialise_cq(const std::vector<Segment>& segments);

} // namespace bot::doors::onebot11
