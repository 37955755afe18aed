#include "bot/knowledge/index.hpp"

#include "bot/core/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace bot::knowledge {
namespace {

constexpr double nearest_share = 0.45;
constexpr double near_share = 0.15;
constexpr double centroid_share = 0.40;
constexpr std::size_t most_ranked = 10;
constexpr float unknown_idf = 6.0F;

std::vector<std::string> all_texts(const CardSet& set)
{
    std::vector<std::string> texts;
    for (const Card& card : set.cards) {
        texts.push_back(text::normalise(card.title));
        for (const std::string& phrasing : card.phrasings)
            texts.push_back(text::normalise(phrasing));
    }
    for (const std::string& line : set.chatter)
        texts.push_back(text::normalise(line));
    return texts;
}

void scale_to_one(FeatureVector& vector)
{
    float sum = 0;
    for (const auto& [feature, weight] : vector)
        sum += weight * weight;
    if (sum <= 0)
        return;
    const float by = 1.0F / std::sqrt(sum);
    for (auto& [feature, weight] : vector)
        weight *= by;
}

} // namespace

Index::Index(CardSet set) : set_(std::move(set)), extractor_(set_.synonyms, all_texts(set_))
{
    const std::vector<std::string> texts = all_texts(set_);
    for (std::uint32_t card = 0; card < set_.cards.size(); ++card)
        topic_of_.insert(topic_of_.end(), set_.cards[card].phrasings.size() + 1, card);
    topic_of_.resize(texts.size(), static_cast<std::uint32_t>(set_.cards.size()));
    std::vector<FeatureVector> documents;
    for (const std::string& text : texts)
        documents.push_back(extractor_.extract(text));
    add_documents(documents);
    add_centroids(documents);
}

void Index::add_documents(const std::vector<FeatureVector>& documents)
{
    std::unordered_map<std::uint32_t, std::uint32_t> counts;
    for (const FeatureVector& document : documents)
        for (const auto& [feature, weight] : document)
            ++counts[feature];
    for (const auto& [feature, count] : counts)
        terms_[feature].idf = std::log((1.0F + static_cast<float>(documents.size())) / (1.0F + static_cast<float>(count))) + 0.3F;
    for (std::uint32_t number = 0; number < documents.size(); ++number) {
        FeatureVector vector = documents[number];
        for (auto& [feature, weight] : vector)
            weight *= terms_[feature].idf;
        scale_to_one(vector);
        for (const auto& [feature, weight] : vector)
            terms_[feature].documents.push_back({number, weight});
    }
}

void Index::add_centroids(const std::vector<FeatureVector>& documents)
{
    std::vector<std::map<std::uint32_t, float>> sums(set_.cards.size() + 1);
    for (std::size_t number = 0; number < documents.size(); ++number)
        for (const auto& [feature, weight] : documents[number])
            sums[topic_of_[number]][feature] += weight * terms_[feature].idf;
    for (std::uint32_t topic = 0; topic < sums.size(); ++topic) {
        FeatureVector centroid(sums[topic].begin(), sums[topic].end());
        for (auto& [feature, weight] : centroid)
            weight = std::sqrt(weight);
        scale_to_one(centroid);
        for (const auto& [feature, weight] : centroid)
            terms_[feature].topics.push_back({topic, weight});
    }
}

FeatureVector Index::weigh(std::string_view text) const
{
    FeatureVector vector = extractor_.extract(text);
    for (auto& [feature, weight] : vector) {
        const auto term = terms_.find(feature);
        weight *= term == terms_.end() ? unknown_idf : term->second.idf;
    }
    scale_to_one(vector);
    return vector;
}

Ranking Index::rank(std::string_view text) const
{
    Ranking ranking;
    const FeatureVector question = weigh(text);
    std::vector<float> documents(topic_of_.size(), 0);
    std::vector<float> centroids(set_.cards.size() + 1, 0);
    float known = 0;
    for (const auto& [feature, weight] : question) {
        const auto term = terms_.find(feature);
        if (term == terms_.end())
            continue;
        known += weight * weight;
        for (const Posting& posting : term->second.documents)
            documents[posting.document] += weight * posting.weight;
        for (const Posting& posting : term->second.topics)
            centroids[posting.document] += weight * posting.weight;
    }
    std::vector<std::array<float, 3>> nearest(set_.cards.size() + 1, {0, 0, 0});
    for (std::size_t number = 0; number < documents.size(); ++number) {
        auto& top = nearest[topic_of_[number]];
        if (documents[number] > top[2]) {
            top[2] = documents[number];
            std::sort(top.begin(), top.end(), std::greater<>());
        }
    }
    const auto score = [&](std::size_t topic) {
        const auto& top = nearest[topic];
        return nearest_share * static_cast<double>(top[0]) +
               near_share * static_cast<double>(top[0] + top[1] + top[2]) / 3 +
               centroid_share * static_cast<double>(centroids[topic]);
    };
    for (std::size_t topic = 0; topic < set_.cards.size(); ++topic)
        ranking.best.push_back({topic, score(topic)});
    const std::size_t kept = std::min(most_ranked, ranking.best.size());
    std::partial_sort(ranking.best.begin(), ranking.best.begin() + static_cast<std::ptrdiff_t>(kept), ranking.best.end(),
                      [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
    ranking.best.resize(kept);
    ranking.chatter = static_cast<double>(nearest[set_.cards.size()][0]);
    ranking.known = static_cast<double>(known);
    return ranking;
}

const Card* Index::find(std::string_view topic) const
{
    for (const Card& card : set_.cards)
        if (card.topic == topic)
            return &card;
    return nullptr;
}

} // namespace bot::knowledge
