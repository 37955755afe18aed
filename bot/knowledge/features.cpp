#include "bot/knowledge/features.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/pinyin.hpp"

#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace bot::knowledge {
namespace {

constexpr float unigram_weight = 0.35F;
constexpr float bigram_weight = 1.0F;
constexpr float trigram_weight = 0.5F;
constexpr float class_weight = 1.2F;
constexpr float class_pair_weight = 0.8F;
constexpr float class_both_weight = 0.5F;
constexpr std::size_t most_classes = 30; ///< of a text that are paired with each other
constexpr float sound_pair_weight = 0.35F;
constexpr float sound_triple_weight = 0.35F;

std::u32string to_utf32(std::string_view text)
{
    std::u32string characters;
    characters.reserve(text.size() / 2);
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(text.data()), i, size, c);
        characters += static_cast<char32_t>(c);
    }
    return characters;
}

std::string to_utf8(const std::u32string& characters)
{
    std::string text;
    icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(characters.data()),
                                  static_cast<std::int32_t>(characters.size()))
        .toUTF8String(text);
    return text;
}

bool is_word_character(char32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z');
}

/// A name for one feature: its kind and up to three values.
std::uint32_t name_of(char kind, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0)
{
    std::uint64_t hash = 14695981039346656037ULL ^ static_cast<unsigned char>(kind);
    for (const std::uint32_t value : {a, b, c}) {
        hash ^= value;
        hash *= 1099511628211ULL;
    }
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

/// How many word characters follow from `at` on without a break, at most three.
std::size_t run_length(const std::u32string& text, std::size_t at)
{
    std::size_t length = 0;
    while (length < 3 && at + length < text.size() && is_word_character(text[at + length]))
        ++length;
    return length;
}

void sort_and_merge(FeatureVector& vector)
{
    std::sort(vector.begin(), vector.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < vector.size(); ++i)
        if (kept > 0 && vector[kept - 1].first == vector[i].first)
            vector[kept - 1].second = std::max(vector[kept - 1].second, vector[i].second);
        else
            vector[kept++] = vector[i];
    vector.resize(kept);
}

} // namespace

Extractor::Extractor(const std::vector<std::vector<std::string>>& synonyms)
{
    std::uint32_t number = 0;
    for (const auto& one : synonyms) {
        ++number;
        class_names_.push_back(one.empty() ? std::string() : one.front());
        for (const std::string& word : one) {
            std::u32string letters = to_utf32(text::normalise(word));
            if (letters.size() > 1)
                words_[letters.front()].push_back({std::move(letters), number});
        }
    }
    for (auto& [letter, words] : words_)
        std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) {
            return a.letters.size() != b.letters.size() ? a.letters.size() > b.letters.size()
                                                        : a.letters < b.letters;
        });
}

/// The classes of the words in `text`, left to right, the longest word at each place.
std::vector<std::uint32_t> Extractor::classes_in(const std::u32string& text) const
{
    std::vector<std::uint32_t> classes;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t step = 1;
        if (const auto words = words_.find(text[at]); words != words_.end())
            for (const Word& word : words->second)
                if (at + 1 < text.size() && text[at + 1] == word.letters[1] &&
                    text.compare(at, word.letters.size(), word.letters) == 0) {
                    classes.push_back(word.word_class);
                    step = word.letters.size();
                    break;
                }
        at += step;
    }
    return classes;
}

/// Calls `emit(name, weight, describe)` for each feature; `describe()` gives a readable name and costs only
/// when called.
template <class Emit> void Extractor::each_feature(const std::u32string& text, Emit emit) const
{
    const auto letters = [&text](std::size_t from, std::size_t count) {
        return to_utf8(text.substr(from, count));
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t run = run_length(text, i);
        if (run == 0)
            continue;
        emit(name_of('1', text[i]), unigram_weight, [&] { return letters(i, 1); });
        if (run < 2)
            continue;
        emit(name_of('2', text[i], text[i + 1]), bigram_weight, [&] { return letters(i, 2); });
        const std::uint16_t first = syllable_of(text[i]), second = syllable_of(text[i + 1]);
        if (first != 0 && second != 0)
            emit(name_of('p', first, second), sound_pair_weight, [&] { return "音" + letters(i, 2); });
        if (run < 3)
            continue;
        emit(name_of('3', text[i], text[i + 1], text[i + 2]), trigram_weight, [&] { return letters(i, 3); });
        const std::uint16_t third = syllable_of(text[i + 2]);
        if (first != 0 && second != 0 && third != 0)
            emit(name_of('q', first, second, third), sound_triple_weight,
                 [&] { return "音" + letters(i, 3); });
    }
    const std::vector<std::uint32_t> classes = classes_in(text);
    for (std::size_t i = 0; i < classes.size(); ++i) {
        emit(name_of('s', classes[i]), class_weight,
             [&] { return "词「" + class_names_[classes[i] - 1] + "」"; });
        for (std::size_t j = i + 1; j < classes.size() && j <= i + 2; ++j)
            emit(name_of('t', classes[i], classes[j]), class_pair_weight, [&] {
                return "词「" + class_names_[classes[i] - 1] + "→" + class_names_[classes[j] - 1] + "」";
            });
        for (std::size_t j = i + 1; j < std::min(classes.size(), most_classes); ++j)
            if (classes[i] != classes[j])
                emit(name_of('u', std::min(classes[i], classes[j]), std::max(classes[i], classes[j])),
                     class_both_weight, [&] {
                         return "词「" + class_names_[classes[i] - 1] + "＋" + class_names_[classes[j] - 1] +
                                "」";
                     });
    }
}

FeatureVector Extractor::extract(std::string_view text) const
{
    const std::u32string all = to_utf32(text);
    FeatureVector found;
    found.reserve(all.size() * 6);
    each_feature(all, [&found](std::uint32_t name, float weight, auto) { found.emplace_back(name, weight); });
    sort_and_merge(found);
    return found;
}

std::vector<std::pair<std::uint32_t, std::string>> Extractor::names(std::string_view text) const
{
    std::vector<std::pair<std::uint32_t, std::string>> named;
    each_feature(to_utf32(text), [&named](std::uint32_t name, float, auto describe) {
        named.emplace_back(name, describe());
    });
    return named;
}

} // namespace bot::knowledge
