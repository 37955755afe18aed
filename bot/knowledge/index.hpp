#pragma once
#include "bot/knowledge/card.hpp"
#include "bot/knowledge/features.hpp"

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bot::knowledge {

struct Ranked {
    std::size_t card = 0;   ///< index into the card set
    double score = 0;       ///< 0…1, comparable between questions
};

struct Ranking {
    std::vector<Ranked> best; ///< best first, at most ten
    double chatter = 0;       ///< likeness to messages that want no answer, 0…1
    double known = 0;         ///< share of the question's weight that the cards know at all
};

/// The cards made findable: TF-IDF over phrasings, scored by the nearest phrasings and by the topic's centroid.
/// Immutable, thread-safe.
class Index {
public:
    explicit Index(CardSet set);

    /// `text` must be normalised.
    Ranking rank(std::string_view text) const;

    const std::vector<Card>& cards() const { return set_.cards; }
    const std::vector<CardProblem>& problems() const { return set_.problems; }
    const Card* find(std::string_view topic) const;

private:
    struct Posting {
        std::uint32_t document;
        float weight;
    };
    struct Term {
        float idf = 0;
        std::vector<Posting> documents;
        std::vector<Posting> topics;
    };

    FeatureVector weigh(std::string_view text) const;
    void add_documents(const std::vector<FeatureVector>& documents);
    void add_centroids(const std::vector<FeatureVector>& documents);

    CardSet set_;
    Extractor extractor_;
    std::vector<std::uint32_t> topic_of_; ///< per document; cards.size() = chatter
    std::unordered_map<std::uint32_t, Term> terms_;
};

} // namespace bot::knowledge
