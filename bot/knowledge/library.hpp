#pragma once
#include "bot/knowledge/card.hpp"
#include "bot/knowledge/figures.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bot::knowledge {

/// Something wrong in a knowledge file.
struct Problem {
    std::string file;
    int line = 0;
    std::string message;
};

/// A short fixed reply that is no card: small talk, or words at once in a crisis.
struct Talk {
    std::string name;
    bool crisis = false;
    std::vector<std::string> phrasings;
    std::vector<std::string> words; ///< a message that contains one of them is meant
    std::string reply;
};

/// A text that cards may cite.
struct Law {
    int articles = 0;  ///< number of the last article; 0 = not known
    std::string state; ///< which text the article numbers are of: 「2018 年修正」
};

/// Everything that editors wrote: the cards, and the data beside them in `templates/data`.
struct Library {
    std::vector<Card> cards;
    std::vector<Talk> talks;
    std::vector<std::string> chatter;               ///< messages that want no answer
    std::vector<std::string> elsewhere;             ///< questions that are not ours
    std::vector<std::vector<std::string>> synonyms; ///< classes of words
    Figures figures;
    std::vector<std::string> topics;            ///< every id that a card may have; empty = not told
    std::map<std::string, Law> laws;            ///< by the title that citations use
    std::map<std::string, std::string> regions; ///< what people call a region, by its unit code
    std::vector<Problem> problems;
    std::uint64_t fingerprint = 0; ///< of every file that was read
};

/// Reads the data in `dir/../data`, then every card of `dir`, then `dir/phrasings`: files `<topic>.txt` with
/// more phrasings of that card, a line each. `overlay` is a directory of an operator with the same two
/// folders, `knowledge` and `data`: its cards replace those of the same topic, its data and its phrasings add
/// to ours. Empty = none. Never throws: whatever is wrong stands in `problems`, and a card with a problem is
/// left out.
Library load_library(const std::filesystem::path& dir, const std::filesystem::path& overlay = {});

/// What a whole library lacks: topics without a card, and phrasings that stand in two cards.
std::vector<Problem> check_whole(const Library& library);

/// Adds the card that `toml` holds to `library`, or its problems; `file` names it in them.
void add_card(std::string_view toml, const std::string& file, Library& library);

/// The number in 「第八十五条」; 0 when it is none.
int article_number(std::string_view article);

} // namespace bot::knowledge
