#include "bot/knowledge/speech.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/sentences.hpp"

#include <algorithm>

namespace bot::knowledge {
namespace {

/// The calibration, measured with tests/measure.py; it lives here alone. A score is right about as often as:
/// 0.2 two in three, 0.3 four in five, 0.5 nine in ten.
constexpr double sure = 0.30; ///< addressed: answer from this score on …
constexpr double ours = 0.70; ///< … when it is this likely a question for a card
constexpr double sure_in_group =
    0.25; ///< said to nobody: a wrong topic is rarer than talk that is no question at all
constexpr double ours_in_group = 0.90;
constexpr double no_chatter =
    0.85; ///< said to nobody: a card's phrasing is at least so much as near as chatter
constexpr double thin_margin = 0.05;
constexpr double worth_offering = 0.10;
constexpr double same_talk = 0.80; ///< likeness from which on small talk is meant
constexpr double same_crisis = 0.75;
constexpr std::size_t shortest_in_group = 4;
constexpr std::size_t told_length = 8; ///< longer than this, a trouble is told without a question word too
constexpr std::size_t longest_in_group = 300;

/// Words of a question about what happened before, or of what is due for it: no crisis now.
constexpr std::string_view looking_back[] = {"工伤", "赔",   "去年", "上个月",   "上月", "上周",
                                             "前天", "昨天", "报销", "怎么办理", "认定", "合法"};

template <class Words> bool has_one_of(std::string_view text, const Words& words)
{
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool looks_back(std::string_view text)
{
    return has_one_of(text, looking_back);
}

} // namespace

Decision decide(const Ranking& ranking, std::string_view text, bool addressed)
{
    if (ranking.best.empty())
        return addressed ? Decision::handoff : Decision::silent;
    const Ranked& best = ranking.best.front();
    if (!addressed) {
        const std::size_t length = text::length(text);
        const bool plain =
            length >= shortest_in_group && length <= longest_in_group && (asks(text) || length > told_length);
        const bool clear =
            ranking.ours >= ours_in_group && best.nearest >= no_chatter * ranking.chatter_nearest;
        return plain && clear && best.score >= sure_in_group ? Decision::answer : Decision::silent;
    }
    if (ranking.talk_nearest >= same_talk && ranking.talk_nearest > best.nearest)
        return Decision::talk;
    const double margin = best.score - (ranking.best.size() > 1 ? ranking.best[1].score : 0);
    if (ranking.ours >= ours && best.score >= sure && margin >= thin_margin)
        return Decision::answer;
    return best.score >= worth_offering && (ranking.ours >= ours || asks(text)) ? Decision::clarify
                                                                                : Decision::handoff;
}

const Talk* crisis_by_words(const Library& library, std::string_view text)
{
    if (looks_back(text))
        return nullptr;
    for (const Talk& talk : library.talks)
        if (talk.crisis && has_one_of(text, talk.words))
            return &talk;
    return nullptr;
}

const Talk* crisis_in(const Index& index, const Ranking& ranking, std::string_view text)
{
    const auto& talks = index.library().talks;
    if (ranking.talk_nearest >= same_crisis && talks[ranking.talk].crisis && !looks_back(text))
        return &talks[ranking.talk];
    return crisis_by_words(index.library(), text);
}

} // namespace bot::knowledge
