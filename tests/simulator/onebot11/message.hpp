#pragma once
#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Messages on the wire: arrays of segments, or CQ strings.
namespace simulator::onebot11 {

/// The segments of a `message` parameter (array, one segment, or CQ string); nothing when it cannot be read.
std::optional<nlohmann::json> read_segments(const nlohmann::json& message, bool plain);

/// `[CQ:at,qq=1] 文字` of segments.
std::string to_cq(const nlohmann::json& segments);

/// The text segments joined.
std::string text_of(const nlohmann::json& segments);

} // namespace simulator::onebot11
