#include "bot/knowledge/neighbours.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/features.hpp"
#include "bot/knowledge/nearest.hpp"

#include <algorithm>

namespace bot::knowledge {
namespace {

constexpr double near_phrasing = 0.8;

/// What one phrasing of `card` adds to the card's neighbours; `pairs` is indexed by the other card.
void add(std::vector<Neighbours>& pairs, std::size_t card, const std::string& phrasing,
         const std::vector<float>& likeness)
{
    for (std::size_t other = 0; other < pairs.size(); ++other) {
        const double like = static_cast<double>(likeness[other]);
        if (other == card || like < near_phrasing)
            continue;
        Neighbours& pair = pairs[other];
        ++pair.near;
        if (like > pair.likeness) {
            pair.likeness = like;
            pair.phrasing = phrasing;
        }
    }
}

} // namespace

std::vector<Neighbours> find_neighbours(const Library& library)
{
    const Extractor extractor(library.synonyms);
    std::vector<FeatureVector> features;
    std::vector<std::uint32_t> labels;
    for (std::size_t card = 0; card < library.cards.size(); ++card)
        for (const std::string& one : library.cards[card].phrasings) {
            features.push_back(extractor.extract(text::normalise(one)));
            labels.push_back(static_cast<std::uint32_t>(card));
        }
    const Nearest nearest(features, labels, library.cards.size());
    std::vector<Neighbours> found;
    std::size_t place = 0;
    for (std::size_t card = 0; card < library.cards.size(); ++card) {
        std::vector<Neighbours> pairs(library.cards.size());
        for (const std::string& one : library.cards[card].phrasings)
            add(pairs, card, one, nearest.likeness(features[place++]).best);
        for (std::size_t other = 0; other < pairs.size(); ++other)
            if (pairs[other].near > 0) {
                pairs[other].card = card;
                pairs[other].other = other;
                found.push_back(std::move(pairs[other]));
            }
    }
    std::sort(found.begin(), found.end(),
              [](const Neighbours& a, const Neighbours& b) { return a.likeness > b.likeness; });
    return found;
}

} // namespace bot::knowledge
