#include "bot/knowledge/card.hpp"

#include <algorithm>

namespace bot::knowledge {

const std::string& Card::answer_for(const std::string& region,
                                    const std::vector<std::string>& industries) const
{
    const std::string* best = &answer;
    std::size_t best_fit = 0;
    for (const Variant& variant : variants) {
        const bool right_place = region.starts_with(variant.region);
        const bool right_trade = variant.industry.empty() || std::find(industries.begin(), industries.end(),
                                                                       variant.industry) != industries.end();
        const std::size_t fit = variant.region.size() + (variant.industry.empty() ? 0U : 100U);
        if (right_place && right_trade && fit > best_fit) {
            best = &variant.answer;
            best_fit = fit;
        }
    }
    return *best;
}

} // namespace bot::knowledge
