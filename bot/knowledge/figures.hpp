#pragma once
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bot::knowledge {

/// A number that changes by year or place.
struct Figure {
    std::string name;
    std::string region; ///< prefix of the unit code it holds for; empty = nationwide
    std::string value;
    std::int64_t valid_from_ms = 0;
    std::int64_t valid_until_ms = 0; ///< exclusive
};

/// `templates/data/figures.toml`: what `{{name}}` in a card stands for.
class Figures {
public:
    std::string default_region; ///< of questions that come from no chat
    std::vector<Figure> rows;

    /// An object with the value of every figure that holds in `region` at `now_ms`: of one name the narrowest
    /// region wins.
    nlohmann::json values(std::string_view region, std::int64_t now_ms) const;
    /// A text that is the same exactly while `values` are.
    std::string validity(std::string_view region, std::int64_t now_ms) const;
    bool has(std::string_view name) const;
};

} // namespace bot::knowledge
