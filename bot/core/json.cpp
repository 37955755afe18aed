#include "bot/core/json.hpp"

#include <nlohmann/json.hpp>

namespace bot {
namespace {

constexpr int deepest = 32;

} // namespace

Result<nlohmann::json> parse_json(std::string_view raw)
{
    using Event = nlohmann::json::parse_event_t;
    bool too_deep = false;
    const auto bounded = [&](int depth, Event event, nlohmann::json&) {
        const bool opens = event == Event::object_start || event == Event::array_start;
        too_deep = too_deep || (opens && depth >= deepest);
        return !too_deep;
    };
    nlohmann::json value = nlohmann::json::parse(raw, bounded, false);
    if (value.is_discarded() || too_deep)
        return make_error_code(Errc::bad_payload);
    return value;
}

nlohmann::json json_or_null(std::string_view raw)
{
    auto value = parse_json(raw);
    return value ? std::move(*value) : nlohmann::json();
}

} // namespace bot
