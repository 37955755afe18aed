#include "bot/knowledge/index.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/model_file.hpp"
#include "bot/knowledge/sentences.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace bot::knowledge {
namespace {

constexpr std::size_t most_ranked = 10;
constexpr std::size_t story_length = 36; ///< characters from which on sentences are judged one by one
constexpr std::size_t most_sentences = 24;
constexpr float asking_weight = 2.0F, telling_weight = 0.5F;
constexpr float sentence_share = 0.4F;
constexpr double model_share = 0.6;
constexpr double found_sharpness = 8;         ///< twice as like is that power of two as likely
constexpr std::uint64_t features_version = 5; ///< grows with every change of features or learning

/// Calls `visit(text, label, is_typical)` for everything there is to learn from.
template <class Visit> void each_text(const Library& library, Visit visit)
{
    std::uint32_t label = 0;
    for (const Card& card : library.cards) {
        visit(card.title, label, true);
        visit(card.short_title, label, true);
        for (std::size_t i = 0; i < card.phrasings.size(); ++i)
            visit(card.phrasings[i], label, i < card.typical);
        ++label;
    }
    for (const std::string& one : library.chatter)
        visit(one, label, true);
    ++label;
    for (const std::string& one : library.elsewhere)
        visit(one, label, true);
    for (const Talk& talk : library.talks) {
        ++label;
        for (const std::string& one : talk.phrasings)
            visit(one, label, true);
    }
}

/// Beyond this many cards the model only tells questions, chatter and elsewhere apart: weights for each card
/// would not fit into memory.
constexpr std::size_t most_learnt = 2'000;

/// How many cards have a label of the model of their own; a large library's cards are one label together.
std::size_t learnt_cards(const Library& library)
{
    return library.cards.size() > most_learnt ? 1 : library.cards.size();
}

/// To the model all small talk is chatter.
std::vector<std::uint32_t> model_labels(std::vector<std::uint32_t> labels, const Library& library)
{
    const std::size_t all = library.cards.size(), cards = learnt_cards(library);
    for (std::uint32_t& label : labels)
        label = label < all ? std::min(label, static_cast<std::uint32_t>(cards) - 1)
                            : static_cast<std::uint32_t>(label == all + 1 ? cards + 1 : cards);
    return labels;
}

/// Nobody reads them once they are learnt.
void forget_phrasings(Library& library)
{
    for (Card& card : library.cards)
        card.phrasings = {};
    for (Talk& talk : library.talks)
        talk.phrasings = {};
    library.chatter = {};
    library.elsewhere = {};
}

} // namespace

Index::Texts Index::read_texts(const Library& library, const Extractor& extractor)
{
    Texts texts;
    texts.label_count = library.cards.size() + 2 + library.talks.size();
    each_text(library, [&](const std::string& one, std::uint32_t label, bool is_typical) {
        texts.features.push_back(extractor.extract(text::normalise(one)));
        texts.labels.push_back(label);
        texts.typical.push_back(is_typical);
    });
    return texts;
}

/// What a text is like is told by the cards' own phrasings: all of them would take the memory of an old PC.
void Index::keep_typical(Texts& texts)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < texts.labels.size(); ++i)
        if (texts.typical[i]) {
            std::swap(texts.features[kept], texts.features[i]);
            texts.labels[kept++] = texts.labels[i];
        }
    texts.features.resize(kept);
    texts.labels.resize(kept);
}

Index::Learnt Index::learn(const Library& library, const Extractor& extractor)
{
    Texts texts = read_texts(library, extractor);
    LinearModel model =
        LinearModel::train(texts.features, model_labels(texts.labels, library), learnt_cards(library) + 2);
    keep_typical(texts);
    return {std::move(model), Nearest(texts.features, texts.labels, texts.label_count)};
}

std::optional<Index::Learnt> Index::load(const std::filesystem::path& file, const Library& library)
{
    ModelReader reader(file, library.fingerprint ^ features_version);
    auto model = LinearModel::load(reader);
    auto nearest = Nearest::load(reader);
    const std::size_t labels = library.cards.size() + 2;
    if (!model || !nearest || model->labels() != labels || nearest->labels() != labels + library.talks.size())
        return std::nullopt;
    return Learnt{std::move(*model), std::move(*nearest)};
}

std::shared_ptr<const Index> Index::build(Library library, const std::filesystem::path& model_file)
{
    Extractor extractor(library.synonyms);
    auto known = load(model_file, library);
    return std::shared_ptr<const Index>(
        new Index(std::move(library), std::move(extractor), std::move(known)));
}

Index::Index(Library library, Extractor extractor, std::optional<Learnt> known)
    : library_(std::move(library)), extractor_(std::move(extractor)), is_fresh_(!known),
      learnt_(known ? std::move(*known) : learn(library_, extractor_))
{
    forget_phrasings(library_);
    for (std::size_t card = 0; card < library_.cards.size(); ++card)
        places_.emplace(library_.cards[card].topic, card);
}

void Index::save_model(const std::filesystem::path& file) const
{
    ModelWriter writer(file, library_.fingerprint ^ features_version);
    learnt_.model.save(writer);
    learnt_.nearest.save(writer);
    writer.finish();
}

/// What a story asks counts more than what it tells.
void Index::judge_sentences(std::string_view text, std::vector<float>& probabilities) const
{
    std::vector<float> sums(probabilities.size(), 0);
    float weights = 0;
    const auto parts = sentences(text);
    for (std::size_t i = 0; i < std::min(parts.size(), most_sentences); ++i) {
        const std::vector<float> of_part = learnt_.model.probabilities(extractor_.extract(parts[i]));
        const float weight = asks(parts[i]) ? asking_weight : telling_weight;
        for (std::size_t label = 0; label < sums.size(); ++label)
            sums[label] += weight * of_part[label];
        weights += weight;
    }
    if (weights <= 0)
        return;
    for (std::size_t label = 0; label < sums.size(); ++label)
        probabilities[label] =
            (1 - sentence_share) * probabilities[label] + sentence_share * sums[label] / weights;
}

Ranking Index::rank(std::string_view text) const
{
    const FeatureVector features = extractor_.extract(text);
    std::vector<float> probabilities = learnt_.model.probabilities(features);
    if (text::length(text) > story_length)
        judge_sentences(text, probabilities);
    return learnt_cards(library_) == library_.cards.size() ? rank_each(features, probabilities)
                                                           : rank_found(features, probabilities);
}

Ranking Index::rank_each(const FeatureVector& features, const std::vector<float>& probabilities) const
{
    const Nearest::Likeness likeness = learnt_.nearest.likeness(features);
    const std::vector<float>& nearest = likeness.best;
    Ranking ranking;
    const std::size_t cards = library_.cards.size();
    ranking.best.reserve(cards);
    for (std::size_t card = 0; card < cards; ++card) {
        const double probability = static_cast<double>(probabilities[card]),
                     likeness_of = static_cast<double>(nearest[card]);
        ranking.best.push_back(
            {card, model_share * probability + (1 - model_share) * likeness_of, probability, likeness_of});
        ranking.ours += probability;
    }
    const std::size_t kept = std::min(most_ranked, ranking.best.size());
    std::partial_sort(ranking.best.begin(), ranking.best.begin() + static_cast<std::ptrdiff_t>(kept),
                      ranking.best.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
    ranking.best.resize(kept);
    ranking.chatter = static_cast<double>(probabilities[cards]);
    ranking.chatter_nearest = static_cast<double>(std::max(nearest[cards], nearest[cards + 1]));
    for (std::size_t talk = 0; talk < library_.talks.size(); ++talk)
        if (static_cast<double>(nearest[cards + 2 + talk]) > ranking.talk_nearest) {
            ranking.talk = talk;
            ranking.talk_nearest = static_cast<double>(nearest[cards + 2 + talk]);
        }
    ranking.known = static_cast<double>(likeness.known);
    return ranking;
}

/// Of a large library only what was found is ranked: the certainty that it is a question for a card at all is
/// shared out among the cards found, by how like they are.
Ranking Index::rank_found(const FeatureVector& features, const std::vector<float>& probabilities) const
{
    Ranking ranking;
    ranking.ours = static_cast<double>(probabilities[0]);
    ranking.chatter = static_cast<double>(probabilities[1]);
    const std::size_t cards = library_.cards.size();
    double all = 1e-9;
    for (const auto& [label, likeness] : learnt_.nearest.search(features, most_ranked)) {
        const double nearest = static_cast<double>(likeness);
        if (label < cards) {
            all += std::pow(nearest, found_sharpness);
            ranking.best.push_back({label, 0, 0, nearest});
        } else if (label < cards + 2) {
            ranking.chatter_nearest = std::max(ranking.chatter_nearest, nearest);
        } else if (nearest > ranking.talk_nearest) {
            ranking.talk = label - cards - 2;
            ranking.talk_nearest = nearest;
        }
    }
    for (Ranked& one : ranking.best) {
        one.probability = ranking.ours * std::pow(one.nearest, found_sharpness) / all;
        one.score = model_share * one.probability + (1 - model_share) * one.nearest;
    }
    return ranking;
}

std::vector<Index::Reason> Index::reasons(std::string_view text, std::size_t first, std::size_t second,
                                          std::size_t most) const
{
    const FeatureVector features = extractor_.extract(text);
    std::map<std::uint32_t, Reason> by_feature;
    for (const auto& [feature, part] : learnt_.model.contributions(features, first))
        by_feature[feature].for_first = static_cast<double>(part);
    for (const auto& [feature, part] : learnt_.model.contributions(features, second))
        by_feature[feature].for_second = static_cast<double>(part);
    for (auto& [feature, name] : extractor_.names(text))
        if (const auto found = by_feature.find(feature); found != by_feature.end())
            found->second.feature = std::move(name);
    std::vector<Reason> reasons;
    for (auto& [feature, reason] : by_feature)
        reasons.push_back(std::move(reason));
    std::sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
        return std::abs(a.for_first - a.for_second) > std::abs(b.for_first - b.for_second);
    });
    reasons.resize(std::min(reasons.size(), most));
    return reasons;
}

const Card* Index::find(std::string_view topic) const
{
    const auto found = places_.find(topic);
    return found == places_.end() ? nullptr : &library_.cards[found->second];
}

} // namespace bot::knowledge
