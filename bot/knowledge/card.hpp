#pragma once
#include <cstdint>
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

/// An answer that replaces the card's own where the asking group lies in `region` (prefix of its unit code;
/// empty = any) and works in `industry` (empty = any).
struct Variant {
    std::string region, industry;
    std::string answer;
};

/// One answer, as an editor wrote it in `templates/knowledge/*.toml`. Texts may name figures as `{{name}}`.
struct Card {
    std::string topic;
    std::string title;
    std::string short_title; ///< one line of a numbered choice
    std::int64_t valid_from_ms = 0;
    std::int64_t valid_until_ms = 0;    ///< exclusive
    std::vector<std::string> phrasings; ///< those of the card itself first
    std::size_t typical = 0;            ///< how many of them are the card's own
    std::string answer;
    std::vector<Variant> variants;
    std::vector<FollowUp> follow_ups;
    std::vector<Citation> citations;
    std::string file;

    /// The answer's text for a place and trades: the variant that fits both best, else the card's own.
    const std::string& answer_for(const std::string& region,
                                  const std::vector<std::string>& industries) const;
};

} // namespace bot::knowledge
