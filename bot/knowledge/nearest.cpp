#include "bot/knowledge/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace bot::knowledge {
namespace {

constexpr float unknown_idf = 6.0F;
constexpr float steps = 255.0F; ///< of a weight in a posting
constexpr std::size_t most_texts = 1U << 24U;

struct Occurrence {
    std::uint32_t feature, document;
    float weight;
};

} // namespace

Nearest::Nearest(const std::vector<FeatureVector>& texts, std::vector<std::uint32_t> labels,
                 std::size_t label_count)
    : labels_(std::move(labels)), label_count_(label_count)
{
    if (texts.size() >= most_texts)
        throw std::length_error("too many phrasings for one index");
    std::vector<Occurrence> all;
    for (std::uint32_t document = 0; document < texts.size(); ++document)
        for (const auto& [feature, weight] : texts[document])
            all.push_back({feature, document, weight});
    std::sort(all.begin(), all.end(), [](const Occurrence& a, const Occurrence& b) {
        return a.feature != b.feature ? a.feature < b.feature : a.document < b.document;
    });
    std::vector<float> lengths(texts.size(), 1e-9F);
    for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
        while (to < all.size() && all[to].feature == all[from].feature)
            ++to;
        const float idf =
            std::log((1.0F + static_cast<float>(texts.size())) / (1.0F + static_cast<float>(to - from))) +
            0.3F;
        terms_.push_back({all[from].feature, static_cast<std::uint32_t>(from), idf});
        for (std::size_t i = from; i < to; ++i) {
            all[i].weight *= idf;
            lengths[all[i].document] += all[i].weight * all[i].weight;
        }
    }
    terms_.push_back({0xFFFFFFFFU, static_cast<std::uint32_t>(all.size()), 0});
    postings_.reserve(all.size());
    for (const Occurrence& one : all) {
        const float share = one.weight / std::sqrt(lengths[one.document]);
        Posting posting{};
        posting.document = one.document & 0xFFFFFFU;
        posting.weight = static_cast<std::uint32_t>(std::lround(std::min(share, 1.0F) * steps)) & 0xFFU;
        postings_.push_back(posting);
    }
}

const Nearest::Term* Nearest::find(std::uint32_t feature) const
{
    const auto found =
        std::lower_bound(terms_.begin(), terms_.end() - 1, feature,
                         [](const Term& term, std::uint32_t wanted) { return term.feature < wanted; });
    return found != terms_.end() - 1 && found->feature == feature ? &*found : nullptr;
}

Nearest::Likeness Nearest::likeness(const FeatureVector& text) const
{
    Likeness likeness;
    std::vector<float> sums(labels_.size(), 0);
    float length = 1e-9F, known = 0;
    for (const auto& [feature, weight] : text) {
        const Term* term = find(feature);
        const float weighed = weight * (term ? term->idf : unknown_idf);
        length += weighed * weighed;
        if (!term)
            continue;
        known += weighed * weighed;
        for (std::uint32_t i = term->from; i < (term + 1)->from; ++i)
            sums[postings_[i].document] += weighed * static_cast<float>(postings_[i].weight);
    }
    likeness.best.assign(label_count_, 0);
    for (std::size_t document = 0; document < sums.size(); ++document)
        likeness.best[labels_[document]] = std::max(likeness.best[labels_[document]], sums[document]);
    const float by = 1.0F / (steps * std::sqrt(length));
    for (float& one : likeness.best)
        one *= by;
    likeness.known = known / length;
    return likeness;
}

} // namespace bot::knowledge
