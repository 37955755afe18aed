#pragma once
#include "bot/knowledge/features.hpp"
#include "bot/knowledge/places.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace bot::knowledge {

class ModelReader;
class ModelWriter;

/// Finds the phrasings that a text is most like: an inverted index of TF-IDF vectors. Immutable, thread-safe.
class Nearest {
public:
    /// `texts[i]` belongs to label `labels[i]`; there are `label_count` labels, and `labels` is sorted.
    Nearest(const std::vector<FeatureVector>& texts, const std::vector<std::uint32_t>& labels,
            std::size_t label_count);

    struct Likeness {
        std::vector<float> best; ///< per label: cosine of its most similar phrasing, 0…1
        float known = 0;         ///< share of the text's weight that any phrasing has at all, 0…1
    };

    Likeness likeness(const FeatureVector& text) const;

    /// A label and the cosine of its phrasing found.
    struct Found {
        std::uint32_t label = 0;
        float likeness = 0;
    };
    /// For libraries too large to look at every phrasing: the labels most like the text, best first, at most
    /// `most`. Rare features are followed first, common ones only as far as time allows.
    std::vector<Found> search(const FeatureVector& text, std::size_t most) const;

    std::size_t labels() const { return first_text_.size() - 1; }

    void save(ModelWriter& file) const;
    /// Nothing when the file is damaged.
    static std::optional<Nearest> load(ModelReader& file);

private:
    struct Posting {
        std::uint32_t document : 24;
        std::uint32_t weight : 8;
    };

    /// A feature of a text: its postings, and what it weighs there.
    struct Wanted {
        std::uint32_t from = 0, to = 0;
        float weight = 0;
    };

    Nearest() = default;
    std::uint32_t label_of(std::uint32_t document) const;
    std::vector<Wanted> look_up(const FeatureVector& text, Likeness& likeness, float& length) const;

    Places terms_;                    ///< every feature of any phrasing
    Block<std::uint32_t> from_;       ///< per term its first posting, closed by one more
    Block<float> idf_;                ///< per term
    Block<Posting> postings_;         ///< by term, then document
    Block<std::uint32_t> first_text_; ///< per label its first document, closed by one more
};

} // namespace bot::knowledge
