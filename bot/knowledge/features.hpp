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

/// Text → features: character 1–3-grams, classes of domain words, ordered pairs of near ones (who did what),
/// pairs of any two (dismissed and pregnant, wherever they stand), and toneless pinyin pairs and triples that
/// forgive homophones and accents. Immutable, thread-safe.
class Extractor {
public:
    explicit Extractor(const std::vector<std::vector<std::string>>& synonyms);

    /// `text` must be normalised (bot::text::normalise).
    FeatureVector extract(std::string_view text) const;

    /// The same features with names that people can read, for the hit test: 「拖欠」, 音拖欠 for its sound,
    /// 词「工资」 for a word class, 词「工资→拖欠」 for an ordered pair of them, 词「怀孕＋辞退」 for two
    /// anywhere.
    std::vector<std::pair<std::uint32_t, std::string>> names(std::string_view text) const;

private:
    struct Word {
        std::u32string letters;
        std::uint32_t word_class = 0;
    };

    std::vector<std::uint32_t> classes_in(const std::u32string& text) const;
    template <class Emit> void each_feature(const std::u32string& text, Emit emit) const;

    std::unordered_map<char32_t, std::vector<Word>> words_; ///< by first character, longest first
    std::vector<std::string> class_names_; ///< the first word of each class; classes count from 1
};

} // namespace bot::knowledge
