#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bot::knowledge {

struct Citation {
    std::string law;
    std::string article; ///< 「第五十条」, or empty for a whole document
};

struct FollowUp {
    std::string label;
    std::vector<std::string> words; ///< cues with which a worker asks on
    std::string text;
};

/// One answer, as an editor wrote it in `templates/knowledge/*.toml`.
struct Card {
    std::string topic;
    std::string title;
    std::string short_title; ///< one line of a numbered choice
    std::int64_t valid_from_ms = 0;
    std::int64_t valid_until_ms = 0; ///< exclusive
    std::vector<std::string> phrasings;
    std::string answer;
    std::vector<FollowUp> follow_ups;
    std::vector<Citation> citations;
    std::string file;
};

/// Something wrong in a knowledge file.
struct CardProblem {
    std::string file;
    int line = 0;
    std::string message;
};

struct CardSet {
    std::vector<Card> cards;
    std::vector<std::string> chatter; ///< messages that want no answer, from data/chatter.toml
    std::vector<std::vector<std::string>> synonyms; ///< classes of words, from data/synonyms.toml
    std::vector<CardProblem> problems;
};

/// Reads every `*.toml` of `dir`, and chatter and synonyms from `dir/../data`. Never throws: whatever is wrong stands in
/// `problems`, a card with a problem is left out.
CardSet load_cards(const std::filesystem::path& dir);

} // namespace bot::knowledge
