#include "bot/knowledge/nearest.hpp"

#include "bot/knowledge/model_file.hpp"

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

/// Every feature of every text, by feature, then text.
std::vector<Occurrence> read_occurrences(const std::vector<FeatureVector>& texts)
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
    return all;
}

} // namespace

Nearest::Nearest(const std::vector<FeatureVector>& texts, const std::vector<std::uint32_t>& labels,
                 std::size_t label_count)
{
    std::vector<Occurrence> all = read_occurrences(texts);
    std::vector<float> lengths(texts.size(), 1e-9F);
    std::vector<std::uint32_t> names;
    for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
        while (to < all.size() && all[to].feature == all[from].feature)
            ++to;
        const float idf =
            std::log((1.0F + static_cast<float>(texts.size())) / (1.0F + static_cast<float>(to - from))) +
            0.3F;
        names.push_back(all[from].feature);
        from_.push_back(static_cast<std::uint32_t>(from));
        idf_.push_back(idf);
        for (std::size_t i = from; i < to; ++i) {
            all[i].weight *= idf;
            lengths[all[i].document] += all[i].weight * all[i].weight;
        }
    }
    from_.push_back(static_cast<std::uint32_t>(all.size()));
    terms_ = Places(std::move(names));
    postings_.reserve(all.size());
    for (const Occurrence& one : all) {
        const float share = one.weight / std::sqrt(lengths[one.document]);
        Posting posting{};
        posting.document = one.document & 0xFFFFFFU;
        posting.weight = static_cast<std::uint32_t>(std::lround(std::min(share, 1.0F) * steps)) & 0xFFU;
        postings_.push_back(posting);
    }
    for (std::uint32_t label = 0; label <= label_count; ++label)
        first_text_.push_back(static_cast<std::uint32_t>(
            std::lower_bound(labels.begin(), labels.end(), label) - labels.begin()));
}

Nearest::Likeness Nearest::likeness(const FeatureVector& text) const
{
    static thread_local std::vector<float> sums; // per document; too large to be allocated for every question
    sums.assign(first_text_.back(), 0);
    float length = 1e-9F, known = 0;
    for (const auto& [feature, weight] : text) {
        const std::size_t term = terms_.find(feature);
        const float weighed = weight * (term < terms_.size() ? idf_[term] : unknown_idf);
        length += weighed * weighed;
        if (term == terms_.size())
            continue;
        known += weighed * weighed;
        for (std::uint32_t i = from_[term]; i < from_[term + 1]; ++i)
            sums[postings_[i].document] += weighed * static_cast<float>(postings_[i].weight);
    }
    Likeness likeness;
    likeness.best.reserve(labels());
    const float by = 1.0F / (steps * std::sqrt(length));
    for (std::size_t label = 0; label < labels(); ++label) {
        float best = 0;
        for (std::uint32_t i = first_text_[label]; i < first_text_[label + 1]; ++i)
            best = std::max(best, sums[i]);
        likeness.best.push_back(best * by);
    }
    likeness.known = known / length;
    return likeness;
}

void Nearest::save(ModelWriter& file) const
{
    file.put(terms_.names());
    file.put(from_);
    file.put(idf_);
    file.put(postings_);
    file.put(first_text_);
}

std::optional<Nearest> Nearest::load(ModelReader& file)
{
    Nearest nearest;
    std::vector<std::uint32_t> names;
    file.take(names);
    file.take(nearest.from_);
    file.take(nearest.idf_);
    file.take(nearest.postings_);
    file.take(nearest.first_text_);
    const std::size_t terms = names.size();
    if (!file.good() || nearest.from_.size() != terms + 1 || nearest.idf_.size() != terms ||
        nearest.from_.back() != nearest.postings_.size() || nearest.first_text_.empty())
        return std::nullopt;
    nearest.terms_ = Places(std::move(names));
    return nearest;
}

} // namespace bot::knowledge
