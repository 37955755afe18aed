#pragma once
#include "bot/knowledge/features.hpp"
#include "bot/knowledge/library.hpp"
#include "bot/knowledge/model.hpp"
#include "bot/knowledge/nearest.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bot::knowledge {

/// How well one card answers a text.
struct Ranked {
    std::size_t card = 0;   ///< place in the library
    double score = 0;       ///< 0…1, for ranking: model and nearest phrasing together
    double probability = 0; ///< of the model, among cards and everything that is none
    double nearest = 0;     ///< likeness to the card's most similar phrasing
};

/// What the library makes of a text, before anyone decides whether to speak.
struct Ranking {
    std::vector<Ranked> best; ///< best first, at most ten
    double ours = 0;          ///< probability that it is a question for a card at all
    double chatter = 0;       ///< probability of talk that wants no answer
    double chatter_nearest = 0;
    std::size_t talk = 0;    ///< the most similar small talk …
    double talk_nearest = 0; ///< … and how similar, 0…1
    double known = 0;        ///< share of the text's weight that the library knows at all
};

/// The library made findable. Immutable, thread-safe.
class Index {
public:
    /// Takes the model from `model_file` when it was learnt from this very library, else learns it (about a
    /// second).
    static std::shared_ptr<const Index> build(Library library, const std::filesystem::path& model_file);

    /// `text` must be normalised. A long text is judged by its sentences too: what it asks counts more than
    /// the story.
    Ranking rank(std::string_view text) const;

    /// The features of a normalised text.
    FeatureVector features(std::string_view text) const { return extractor_.extract(text); }

    /// A feature that spoke for one card against another.
    struct Reason {
        std::string feature;
        double for_first = 0, for_second = 0; ///< parts of the two cards' scores
    };
    /// The features that told `first` from `second`, strongest first, at most `most`. `text` must be
    /// normalised.
    std::vector<Reason> reasons(std::string_view text, std::size_t first, std::size_t second,
                                std::size_t most) const;

    const Library& library() const { return library_; }
    const LinearModel& model() const { return learnt_.model; }
    const Card* find(std::string_view topic) const;
    /// Whether the model had to be learnt because no file fitted.
    bool was_learnt() const { return is_fresh_; }
    /// Writes the model for the next `build`; throws std::runtime_error.
    void save_model(const std::filesystem::path& file) const;

private:
    /// Every phrasing with its label. Labels: the cards, then chatter, then elsewhere, then the talks.
    struct Texts {
        std::vector<FeatureVector> features;
        std::vector<std::uint32_t> labels;
        std::vector<bool> typical; ///< the card's own, not of a file of further phrasings
        std::size_t label_count = 0;
    };

    /// What is learnt from a library or read from the file where it was kept.
    struct Learnt {
        LinearModel model;
        Nearest nearest;
    };

    Index(Library library, Extractor extractor, std::optional<Learnt> known);
    static Learnt learn(const Library& library, const Extractor& extractor);
    static std::optional<Learnt> load(const std::filesystem::path& file, const Library& library);
    static void keep_typical(Texts& texts);
    static Texts read_texts(const Library& library, const Extractor& extractor);
    Ranking rank_each(const FeatureVector& features, const std::vector<float>& probabilities) const;
    Ranking rank_found(const FeatureVector& features, const std::vector<float>& probabilities) const;
    void judge_sentences(std::string_view text, std::vector<float>& probabilities) const;

    Library library_;
    Extractor extractor_;
    std::unordered_map<std::string_view, std::size_t> places_; ///< of the cards, by topic
    bool is_fresh_;
    Learnt learnt_;
};

} // namespace bot::knowledge
