#include "bot/doors/tencent/split.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace bot::doors::tencent {
namespace {

bool is_inside(std::string_view text, std::size_t at)
{
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// Joiners, variation selectors and skin tones belong to the character before them.
bool joins(std::string_view text, std::size_t at)
{
    const std::string_view before = text.substr(0, at), after = text.substr(at);
    if (before.ends_with("\u200d"))
        return true;
    for (const std::string_view mark :
         {"\u200d", "\ufe0f", "\u20e3", "\U0001F3FB", "\U0001F3FC", "\U0001F3FD", "\U0001F3FE", "\U0001F3FF"})
        if (after.starts_with(mark))
            return true;
    return false;
}

/// What holds addresses, numbers and Latin words together.
bool is_word(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && std::isgraph(byte) != 0;
}

/// How good a place this is to cut: 0 = not at all, 5 = between paragraphs.
int quality(std::string_view text, std::size_t at)
{
    if (is_inside(text, at) || joins(text, at))
        return 0;
    const std::string_view before = text.substr(0, at);
    if (before.ends_with("\n\n"))
        return 5;
    if (before.ends_with('\n'))
        return 4;
    static constexpr std::array<std::string_view, 4> sentence_ends{"。", "！", "？", "；"};
    static constexpr std::array<std::string_view, 3> commas{"，", "、", "："};
    const auto ends = [&](std::string_view mark) { return before.ends_with(mark); };
    if (std::any_of(sentence_ends.begin(), sentence_ends.end(), ends))
        return 4;
    if (before.ends_with(". ") || before.ends_with("! ") || before.ends_with("? "))
        return 4;
    if (std::any_of(commas.begin(), commas.end(), ends))
        return 3;
    return is_word(text[at - 1]) && is_word(text[at]) ? 1 : 2;
}

/// The best cut in the second half, the last of equals; else the last that leaves a word whole.
std::size_t cut_of(std::string_view text, std::size_t limit)
{
    std::size_t best = 0;
    int best_quality = 0;
    for (std::size_t at = limit; at > limit / 2; --at) {
        const int here = quality(text, at);
        if (here > best_quality) {
            best = at;
            best_quality = here;
        }
        if (best_quality == 5)
            break;
    }
    for (std::size_t at = limit / 2; best_quality < 2 && at > 0; --at)
        if (quality(text, at) >= 2)
            return at;
    return best;
}

} // namespace

std::vector<std::string> split_bytes(std::string_view text, std::size_t limit)
{
    std::vector<std::string> parts;
    while (text.size() > limit) {
        std::size_t cut = cut_of(text, limit);
        if (cut == 0)
            for (cut = limit; cut > 1 && is_inside(text, cut);)
                --cut;
        parts.emplace_back(text.substr(0, cut));
        text.remove_prefix(cut);
    }
    if (!text.empty() || parts.empty())
        parts.emplace_back(text);
    return parts;
}

std::string prefix_bytes(std::string_view text, std::size_t limit)
{
    std::size_t cut = std::min(limit, text.size());
    while (cut > 0 && is_inside(text, cut))
        --cut;
    return std::string(text.substr(0, cut));
}

} // namespace bot::doors::tencent
