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
constexpr std::size_t most_postings = 60'000; ///< that a search reads: half a millisecond
constexpr std::size_t texts_per_label = 8;    ///< of the best texts several may be one card's

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
    std::vector<std::uint32_t> names, first_posting, first_text;
    std::vector<float> idfs;
    for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
        while (to < all.size() && all[to].feature == all[from].feature)
            ++to;
        const float idf =
            std::log((1.0F + static_cast<float>(texts.size())) / (1.0F + static_cast<float>(to - from))) +
            0.3F;
        names.push_back(all[from].feature);
        first_posting.push_back(static_cast<std::uint32_t>(from));
        idfs.push_back(idf);
        for (std::size_t i = from; i < to; ++i) {
            all[i].weight *= idf;
            lengths[all[i].document] += all[i].weight * all[i].weight;
        }
    }
    first_posting.push_back(static_cast<std::uint32_t>(all.size()));
    std::vector<Posting> postings;
    postings.reserve(all.size());
    for (const Occurrence& one : all) {
        const float share = one.weight / std::sqrt(lengths[one.document]);
        Posting posting{};
        posting.document = one.document & 0xFFFFFFU;
        posting.weight = static_cast<std::uint32_t>(std::lround(std::min(share, 1.0F) * steps)) & 0xFFU;
        postings.push_back(posting);
    }
    for (std::uint32_t label = 0; label <= label_count; ++label)
        first_text.push_back(static_cast<std::uint32_t>(
            std::lower_bound(labels.begin(), labels.end(), label) - labels.begin()));
    terms_ = Places(Block<std::uint32_t>(std::move(names)));
    from_ = Block<std::uint32_t>(std::move(first_posting));
    idf_ = Block<float>(std::move(idfs));
    postings_ = Block<Posting>(std::move(postings));
    first_text_ = Block<std::uint32_t>(std::move(first_text));
}

/// The text's features that any phrasing has. What comes next is far apart in memory: it is sent for at once.
std::vector<Nearest::Wanted> Nearest::look_up(const FeatureVector& text, Likeness& likeness,
                                              float& length) const
{
    std::vector<Wanted> wanted;
    wanted.reserve(text.size());
    float known = 0;
    for (const auto& [feature, weight] : text) {
        const std::size_t place = terms_.find(feature);
        const bool is_known = place < terms_.size();
        const float weighed = weight * (is_known ? idf_[place] : unknown_idf);
        length += weighed * weighed;
        if (!is_known)
            continue;
        known += weighed * weighed;
        wanted.push_back({from_[place], from_[place + 1], weighed});
        __builtin_prefetch(postings_.data() + from_[place]);
    }
    likeness.known = known / length;
    return wanted;
}

Nearest::Likeness Nearest::likeness(const FeatureVector& text) const
{
    static thread_local std::vector<float> sums; // per document; too large to be allocated for every question
    sums.assign(first_text_.back(), 0);
    Likeness likeness;
    float length = 1e-9F;
    for (const Wanted& term : look_up(text, likeness, length))
        for (std::uint32_t i = term.from; i < term.to; ++i)
            sums[postings_[i].document] += term.weight * static_cast<float>(postings_[i].weight);
    likeness.best.reserve(labels());
    const float by = 1.0F / (steps * std::sqrt(length));
    for (std::size_t label = 0; label < labels(); ++label) {
        float best = 0;
        for (std::uint32_t i = first_text_[label]; i < first_text_[label + 1]; ++i)
            best = std::max(best, sums[i]);
        likeness.best.push_back(best * by);
    }
    return likeness;
}

std::vector<Nearest::Found> Nearest::search(const FeatureVector& text, std::size_t most) const
{
    static thread_local std::vector<float> sums; // per document; all zero between calls
    sums.resize(std::max<std::size_t>(sums.size(), first_text_.back()));
    Likeness likeness;
    float length = 1e-9F;
    std::vector<Wanted> wanted = look_up(text, likeness, length);
    std::sort(wanted.begin(), wanted.end(),
              [](const Wanted& a, const Wanted& b) { return a.to - a.from < b.to - b.from; });
    std::vector<std::uint32_t> touched;
    std::size_t read = 0;
    for (const Wanted& term : wanted) {
        read += term.to - term.from;
        if (read > most_postings)
            break;
        for (std::uint32_t i = term.from; i < term.to; ++i) {
            float& sum = sums[postings_[i].document];
            if (sum <= 0)
                touched.push_back(postings_[i].document);
            sum += term.weight * static_cast<float>(postings_[i].weight);
        }
    }
    const auto kept = static_cast<std::ptrdiff_t>(std::min(touched.size(), most * texts_per_label));
    std::partial_sort(touched.begin(), touched.begin() + kept, touched.end(),
                      [](std::uint32_t a, std::uint32_t b) { return sums[a] > sums[b]; });
    std::vector<Found> found;
    const float by = 1.0F / (steps * std::sqrt(length));
    for (auto document = touched.begin(); document != touched.begin() + kept && found.size() < most;
         ++document) {
        const std::uint32_t label = label_of(*document);
        if (std::none_of(found.begin(), found.end(),
                         [label](const Found& one) { return one.label == label; }))
            found.push_back({label, sums[*document] * by});
    }
    for (const std::uint32_t document : touched)
        sums[document] = 0;
    return found;
}

std::uint32_t Nearest::label_of(std::uint32_t document) const
{
    const auto next = std::upper_bound(first_text_.begin(), first_text_.end(), document);
    return static_cast<std::uint32_t>(next - first_text_.begin()) - 1;
}

void Nearest::save(ModelWriter& file) const
{
    file.put(terms_.names().all());
    file.put(from_.all());
    file.put(idf_.all());
    file.put(postings_.all());
    file.put(first_text_.all());
}

std::optional<Nearest> Nearest::load(ModelReader& file)
{
    Nearest nearest;
    Block<std::uint32_t> names;
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
