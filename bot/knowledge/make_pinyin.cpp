#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

/// make_pinyin FILE: writes pinyin_table.cpp at build time. Deriving it takes ICU's transliterator a third of
/// a second and megabytes, too much for every start of the program.
namespace {

constexpr UChar32 first_character = 0x4E00;
constexpr UChar32 last_character = 0x9FA5;

std::string fuzzy(std::string syllable)
{
    if (syllable.size() > 1 && syllable[1] == 'h')
        syllable.erase(1, 1);
    if (syllable.starts_with("l"))
        syllable[0] = 'n';
    if (syllable.starts_with("fu"))
        syllable[0] = 'h';
    if (syllable.ends_with("ng"))
        syllable.pop_back();
    return syllable;
}

std::vector<std::uint16_t> read_table()
{
    icu::UnicodeString batch;
    for (UChar32 c = first_character; c <= last_character; ++c)
        batch.append(c).append(UChar32{'\n'});
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> latin(
        icu::Transliterator::createInstance("Han-Latin; Latin-ASCII", UTRANS_FORWARD, error));
    if (U_FAILURE(error))
        return {};
    latin->transliterate(batch);
    std::string flat;
    batch.toUTF8String(flat);
    std::vector<std::uint16_t> table;
    std::unordered_map<std::string, std::uint16_t> numbers;
    std::string syllable;
    for (const char c : flat) {
        if (c != '\n') {
            if (c >= 'a' && c <= 'z')
                syllable += c;
            continue;
        }
        const auto number = static_cast<std::uint16_t>(numbers.size() + 1);
        table.push_back(syllable.empty() ? std::uint16_t{0}
                                         : numbers.emplace(fuzzy(syllable), number).first->second);
        syllable.clear();
    }
    return table;
}

void write(std::ostream& out, const std::vector<std::uint16_t>& table)
{
    out << "#include \"bot/knowledge/pinyin.hpp\"\n\nnamespace bot::knowledge {\n\n"
        << "const std::array<std::uint16_t, pinyin_characters> pinyin_table{";
    for (std::size_t i = 0; i < table.size(); ++i)
        out << (i % 20 == 0 ? "\n    " : " ") << table[i] << ",";
    out << "};\n\n} // namespace bot::knowledge\n";
}

} // namespace

int main(int argc, char** argv)
{
    const auto table = read_table();
    if (argc != 2 || table.empty()) {
        std::cerr << "make_pinyin FILE, with an ICU that knows Han-Latin\n";
        return 1;
    }
    std::ofstream out(argv[1]);
    write(out, table);
    return out.flush() ? 0 : 1;
}
