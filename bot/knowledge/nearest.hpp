#pragma once
#include "bot/knowledge/features.hpp"

#include <cstdint>
#include <vector>

namespace bot::knowledge {

/// Finds the phrasings that a text is most like: an inverted index of TF-IDF vectors. Immutable, thread-safe.
class Nearest {
public:
    /// `texts[i]` belongs to label `labels[i]`; there are `label_count` labels.
    Nearest(const std::vector<FeatureVector>& texts, std::vector<std::uint32_t> labels,
            std::size_t label_count);

    struct Likeness {
        std::vector<float> best; ///< per label: cosine of its most similar phrasing, 0…1
        float known = 0;         ///< share of the text's weight that any phrasing has at all, 0…1
    };

    Likeness likeness(const FeatureVector& text) const;

private:
    struct Posting {
        std::uint32_t document : 24;
        std::uint32_t weight : 8;
    };
    struct Term {
        std::uint32_t feature = 0;
        std::uint32_t from = 0; ///< place of its first posting
        float idf = 0;
    };

    const Term* find(std::uint32_t feature) const;

    std::vector<std::uint32_t> labels_;
    std::size_t label_count_;
    std::vector<Term> terms_; ///< sorted by feature, closed by one more
    std::vector<Posting> postings_;
};

} // namespace bot::knowledge
