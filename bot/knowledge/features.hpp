#pragma once
#include "bot/knowledge/pinyin.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bot::knowledge {

/// Features of one text: hashed names with a weight each, sorted, each once.
using FeatureVector = std::vector<std::pair<std::uint32_t, float>>;

/// Text → features: character 1–3-grams, classes of domain words and ordered pairs of them
/// (who did what), and toneless pinyin pairs and triples that forgive homophones and accents. Immutable,
/// thread-safe.
class Extractor {
public:
    explicit Extractor(const std::vector<std::vector<std::string>>& synonyms);

    /// `text` must be normalised (bot::text::normalise).
    FeatureVector extract(std::string_view text) const;

private:
    struct Word {
        std::u32string letters;
        std::uint32_t word_class = 0;
    };

    std::vector<std::uint32_t> classes_in(const std::u32string& text) const;

    Pinyin pinyin_;
    std::unordered_map<char32_t, std::vector<Word>> words_; ///< by first character, longest first
};

} // namespace bot::knowledge
