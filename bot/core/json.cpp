#include "bot/core/json.hpp"

#include <nlohmann/json.hpp>

namespace bot {
namespace {

constexpr int deepest = 32;

/// Whether more than `deepest` brackets are open at once. Looked at beforehand, because the parser with a
/// call-back copies as it goes and takes twice as long.
bool is_too_deep(std::string_view raw)
{
    int open = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < raw.size() && open <= deepest; ++i) {
        const char c = raw[i];
        if (in_text && c == '\\')
            ++i;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '{' || c == '['))
            ++open;
        else if (!in_text && (c == '}' || c == ']'))
            --open;
    }
    return open > deepest;
}

} // namespace

Result<nlohmann::json> parse_json(std::string_view raw)
{
    if (is_too_deep(raw))
        return make_error_code(Errc::bad_payload);
    nlohmann::json value = nlohmann::json::parse(raw, nullptr, false);
    if (value.is_discarded())
        return make_error_code(Errc::bad_payload);
    return value;
}

nlohmann::json json_or_null(std::string_view raw)
{
    auto value = parse_json(raw);
    return value ? std::move(*value) : nlohmann::json();
}

} // namespace bot
