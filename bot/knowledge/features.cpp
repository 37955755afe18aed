#include "bot/knowledge/features.hpp"

#include "bot/core/text.hpp"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace bot::knowledge {
namespace {

constexpr float unigram_weight = 0.35F;
constexpr float bigram_weight = 1.0F;
constexpr float trigram_weight = 0.9F;
constexpr float class_weight = 0.9F;
constexpr float pinyin_weight = 0.35F;

std::u32string to_utf32(std::string_view text)
{
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    std::u32string characters;
    for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1))
        characters += static_cast<char32_t>(wide.char32At(i));
    return characters;
}

bool is_word_character(char32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z');
}

std::uint32_t hash_of(char kind, const char32_t* from, std::size_t count)
{
    std::uint64_t hash = 1469598103934665603ULL ^ static_cast<unsigned char>(kind);
    for (std::size_t i = 0; i < count; ++i) {
        hash ^= from[i];
        hash *= 1099511628211ULL;
    }
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

/// zh/z, ch/c, sh/s, l/n and final ng/n sound alike to many people.
std::string fuzzy(std::string syllable)
{
    if (syllable.size() > 1 && syllable[1] == 'h')
        syllable.erase(1, 1);
    if (!syllable.empty() && syllable[0] == 'l')
        syllable[0] = 'n';
    if (syllable.ends_with("ng"))
        syllable.pop_back();
    return syllable;
}

std::unordered_map<char32_t, std::string> transliterate(const std::vector<std::string>& texts)
{
    std::set<char32_t> characters;
    for (const std::string& text : texts)
        for (const char32_t c : to_utf32(text))
            if (c >= 0x4E00 && c <= 0x9FFF)
                characters.insert(c);
    icu::UnicodeString batch;
    for (const char32_t c : characters)
        batch.append(static_cast<UChar32>(c)).append(UChar32{'\n'});
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> latin(
        icu::Transliterator::createInstance("Han-Latin; Latin-ASCII", UTRANS_FORWARD, error));
    if (U_SUCCESS(error))
        latin->transliterate(batch);
    std::string flat;
    batch.toUTF8String(flat);
    std::unordered_map<char32_t, std::string> pinyin;
    std::size_t at = 0;
    for (const char32_t c : characters) {
        const std::size_t end = std::min(flat.find('\n', at), flat.size());
        pinyin.emplace(c, fuzzy(std::string(text::trim(std::string_view(flat).substr(at, end - at)))));
        at = std::min(end + 1, flat.size());
    }
    return pinyin;
}

} // namespace

Extractor::Extractor(const std::vector<std::vector<std::string>>& synonyms, const std::vector<std::string>& vocabulary)
    : pinyin_(transliterate(vocabulary))
{
    std::uint32_t number = 0;
    for (const auto& one : synonyms) {
        ++number;
        for (const std::string& word : one)
            words_.emplace_back(to_utf32(text::normalise(word)), number);
    }
    std::sort(words_.begin(), words_.end(), [](const auto& a, const auto& b) {
        return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a.first < b.first;
    });
}

FeatureVector Extractor::extract(std::string_view text) const
{
    const std::u32string all = to_utf32(text);
    std::map<std::uint32_t, float> found;
    const auto add = [&found](std::uint32_t feature, float weight) {
        float& present = found[feature];
        present = std::max(present, weight);
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_word_character(all[i]))
            continue;
        add(hash_of('1', &all[i], 1), unigram_weight);
        if (i + 1 >= all.size() || !is_word_character(all[i + 1]))
            continue;
        add(hash_of('2', &all[i], 2), bigram_weight);
        if (i + 2 < all.size() && is_word_character(all[i + 2]))
            add(hash_of('3', &all[i], 3), trigram_weight);
        const auto first = pinyin_.find(all[i]);
        const auto second = pinyin_.find(all[i + 1]);
        if (first == pinyin_.end() || second == pinyin_.end())
            continue;
        std::u32string sound;
        for (const char c : first->second + "'" + second->second)
            sound += static_cast<char32_t>(c);
        add(hash_of('p', sound.data(), sound.size()), pinyin_weight);
    }
    for (const auto& [word, number] : words_)
        if (all.find(word) != std::u32string::npos) {
            const char32_t id = number;
            add(hash_of('s', &id, 1), class_weight);
        }
    return {found.begin(), found.end()};
}

} // namespace bot::knowledge
