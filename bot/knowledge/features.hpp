#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bot::knowledge {

/// Features of one text: hashed names with a weight each, sorted, each once.
using FeatureVector = std::vector<std::pair<std::uint32_t, float>>;

/// Text → features: character 1–3-grams, the classes of domain synonyms, and toneless pinyin pairs with fuzzy
/// initials and finals. Immutable after construction, thread-safe.
class Extractor {
public:
    /// `vocabulary` gives the characters whose pinyin is worth knowing (one batch transliteration).
    Extractor(const std::vector<std::vector<std::string>>& synonyms, const std::vector<std::string>& vocabulary);

    /// `text` must be normalised (bot::text::normalise).
    FeatureVector extract(std::string_view text) const;

private:
    std::unordered_map<char32_t, std::string> pinyin_;
    std::vector<std::pair<std::u32string, std::uint32_t>> words_; ///< longest first
};

} // namespace bot::knowledge
