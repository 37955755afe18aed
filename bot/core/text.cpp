#include "bot/core/text.hpp"

#include <opencc/Config.hpp>
#include <opencc/Conversion.hpp>
#include <opencc/ConversionChain.hpp>
#include <opencc/Converter.hpp>
#include <opencc/Dict.hpp>
#include <opencc/DictEntry.hpp>
#include <opencc/Lexicon.hpp>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <bitset>
#include <cctype>

namespace bot::text {
namespace {

/// Calls `visit` with every character; a byte that belongs to none comes as a negative number.
template <class Visit> void each_character(std::string_view text, Visit visit)
{
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 c = 0;
        U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), i, size, c);
        visit(c);
    }
}

/// Traditional → simplified. The dictionaries cost a microsecond per character, and most texts are
/// simplified: so it knows a set of characters of which every entry that changes anything has one.
/// Thread-safe.
class Simplifier {
public:
    Simplifier() : converter_(opencc::Config().NewFromFile("t2s.json"))
    {
        const auto conversions = converter_->GetConversionChain()->GetConversions();
        for (const bool single : {true, false})
            for (const auto& conversion : conversions) {
                const auto lexicon = conversion->GetDict()->GetLexicon();
                for (const auto& entry : *lexicon)
                    note(*entry, single);
            }
    }

    std::string convert(std::string_view text) const
    {
        return may_change(text) ? converter_->Convert(std::string(text)) : std::string(text);
    }

private:
    void note(const opencc::DictEntry& entry, bool single)
    {
        const std::string key = entry.Key();
        if ((length(key) == 1) != single || entry.GetDefault() == key || may_change(key))
            return;
        UChar32 first = -1;
        each_character(key, [&](UChar32 c) { first = first < 0 ? c : first; });
        changing_.set(static_cast<std::size_t>(first));
    }

    bool may_change(std::string_view text) const
    {
        bool may = false;
        each_character(text, [&](UChar32 c) {
            const auto place = static_cast<std::size_t>(c);
            may = may || place >= changing_.size() || changing_[place];
        });
        return may;
    }

    const opencc::ConverterPtr converter_;
    std::bitset<0x10000> changing_; ///< what lies beyond always may change
};

const Simplifier& simplifier()
{
    static const Simplifier to_simplified;
    return to_simplified;
}

bool is_noise(UChar32 c)
{
    if ((c >= 0x4E00 && c <= 0x9FFF) || (c > ' ' && c < 0x7F))
        return false;
    const auto type = u_charType(c);
    if (c == '\n' || c == '\t' || c == '\r')
        return false;
    if (type == U_CONTROL_CHAR || type == U_FORMAT_CHAR || type == U_PRIVATE_USE_CHAR || type == U_SURROGATE)
        return true;
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0x1F1E6 && c <= 0x1F1FF);
}

/// The Chinese numeral of one character, -1 for none; 10 for 十.
int numeral(UChar32 c)
{
    static constexpr char32_t digits[] = U"零一二三四五六七八九十";
    if (c == U'〇')
        return 0;
    if (c == U'两')
        return 2;
    for (int i = 0; i <= 10; ++i)
        if (static_cast<char32_t>(c) == digits[i])
            return i;
    return -1;
}

bool one_of(UChar32 c, const char16_t* set)
{
    for (; *set != 0; ++set)
        if (c == *set)
            return true;
    return false;
}

} // namespace

bool is_utf8(std::string_view bytes)
{
    bool valid = true;
    each_character(bytes, [&](UChar32 c) { valid = valid && c >= 0; });
    return valid;
}

std::string simplify(std::string_view text)
{
    return text.empty() ? std::string() : simplifier().convert(text);
}

std::string normalise(std::string_view text)
{
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
    const icu::UnicodeString raw =
        icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    const icu::UnicodeString folded = nfkc->normalize(raw, error);
    icu::UnicodeString kept;
    bool blank = true;
    for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
        const UChar32 c = folded.char32At(i);
        if (is_noise(c))
            continue;
        const bool white = u_isUWhiteSpace(c) != 0;
        if (!white)
            kept.append(c);
        else if (!blank)
            kept.append(UChar32{' '});
        blank = white;
    }
    std::string utf8;
    kept.toUTF8String(utf8);
    return std::string(trim(simplify(utf8)));
}

std::string_view trim(std::string_view text)
{
    static constexpr std::string_view wide_blank = "\u3000";
    for (bool changed = true; changed;) {
        changed = false;
        while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
            text.remove_prefix(1), changed = true;
        while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
            text.remove_suffix(1), changed = true;
        if (text.starts_with(wide_blank))
            text.remove_prefix(wide_blank.size()), changed = true;
        if (text.ends_with(wide_blank))
            text.remove_suffix(wide_blank.size()), changed = true;
    }
    return text;
}

std::size_t length(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string prefix(std::string_view text, std::size_t count)
{
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && seen++ == count)
            break;
    return std::string(text.substr(0, at));
}

std::optional<int> as_number(std::string_view text)
{
    const icu::UnicodeString word = icu::UnicodeString::fromUTF8(normalise(text));
    std::int32_t from = word.length() > 0 && word.char32At(0) == U'第' ? 1 : 0;
    std::int32_t to = word.length();
    while (to > from && one_of(word.char32At(to - 1), u"、.。个项条号)"))
        --to;
    if (from == to || to - from > 3)
        return std::nullopt;
    int value = 0;
    bool after_ten = false;
    for (std::int32_t i = from; i < to; ++i) {
        const UChar32 c = word.char32At(i);
        const int digit = c >= '0' && c <= '9' ? static_cast<int>(c - '0') : numeral(c);
        if (digit < 0 || (digit == 10 && after_ten))
            return std::nullopt;
        if (digit == 10) {
            value = (i == from ? 1 : value) * 10;
            after_ten = true;
        } else {
            value = after_ten ? value + digit : value * 10 + digit;
        }
    }
    return value <= 999 ? std::optional<int>(value) : std::nullopt;
}

std::string for_log(std::string_view text)
{
    const icu::UnicodeString raw =
        icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < raw.length(); i = raw.moveIndex32(i, 1)) {
        const UChar32 c = raw.char32At(i);
        const auto type = u_charType(c);
        if (type == U_CONTROL_CHAR || type == U_FORMAT_CHAR || type == U_LINE_SEPARATOR ||
            type == U_PARAGRAPH_SEPARATOR)
            kept.append(UChar32{' '});
        else
            kept.append(c);
    }
    std::string line;
    kept.toUTF8String(line);
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = at;
        while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0)
            ++end;
        if (end - at >= 7)
            std::fill(line.begin() + static_cast<std::ptrdiff_t>(at) + 3,
                      line.begin() + static_cast<std::ptrdiff_t>(end), '*');
        at = std::max(end, at + 1);
    }
    return line;
}

} // namespace bot::text
