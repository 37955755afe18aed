#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace bot::knowledge {

constexpr char32_t first_pinyin_character = 0x4E00;
constexpr std::size_t pinyin_characters = 20'902;

/// Numbers of toneless syllables, 0 for none. Written by make_pinyin at build time.
extern const std::array<std::uint16_t, pinyin_characters> pinyin_table;

/// A number for the toneless syllable of a Chinese character, 0 when it has none; alike for sounds that many
/// people do not tell apart (zh/z, ch/c, sh/s, l/n, final ng/n, f/h before u).
inline std::uint16_t syllable_of(char32_t character)
{
    return character >= first_pinyin_character && character < first_pinyin_character + pinyin_characters
               ? pinyin_table[character - first_pinyin_character]
               : std::uint16_t{0};
}

} // namespace bot::knowledge
