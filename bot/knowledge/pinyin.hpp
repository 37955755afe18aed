#pragma once
#include <cstdint>
#include <vector>

namespace bot::knowledge {

/// Toneless syllables of Chinese characters, alike for sounds that many people do not tell apart (zh/z, ch/c,
/// sh/s, l/n, final ng/n, f/h before u). Immutable, thread-safe.
class Pinyin {
public:
    /// Reads ICU's table of the 20,902 common characters once per process.
    Pinyin();

    /// A number for the syllable of `character`, 0 when it has none.
    std::uint16_t syllable(char32_t character) const
    {
        return character >= first && character < first + table_->size() ? (*table_)[character - first]
                                                                        : std::uint16_t{0};
    }

private:
    static constexpr char32_t first = 0x4E00;
    const std::vector<std::uint16_t>* table_;
};

} // namespace bot::knowledge
