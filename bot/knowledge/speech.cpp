#include "bot/knowledge/speech.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/sentences.hpp"

#include <algorithm>

namespace bot::knowledge {
namespace {

/// The calibration, measured with tests/measure.py; it lives here alone.
constexpr double sure = 0.30;          ///< addressed: answer from this score on
constexpr double sure_in_group = 0.40; ///< said to nobody
constexpr double ours_in_group = 0.70; ///< … and only what is this likely a question for a card
constexpr double thin_margin = 0.04;
constexpr double worth_offering = 0.16;
constexpr double same_talk = 0.80; ///< likeness from which on small talk is meant
constexpr double same_crisis = 0.75;
constexpr std::size_t shortest_in_group = 4;
constexpr std::size_t longest_in_group = 300;

/// Words of a question about what happened before, or of what is due for it: no crisis now.
constexpr std::string_view looking_back[] = {"工伤", "赔",   "去年", "上个月",   "上月", "上周",
                                             "前天", "昨天", "报销", "怎么办理", "认定", "合法"};

} // namespace

Decision decide(const Ranking& ranking, std::string_view text, bool addressed)
{
    if (ranking.best.empty())
        return addressed ? Decision::handoff : Decision::silent;
    const Ranked& best = ranking.best.front();
    const double margin = best.score - (ranking.best.size() > 1 ? ranking.best[1].score : 0);
    if (!addressed) {
        const std::size_t length = text::length(text);
        const bool plain = length >= shortest_in_group && length <= longest_in_group && asks(text);
        return plain && ranking.ours >= ours_in_group && best.score >= sure_in_group ? Decision::answer
                                                                                     : Decision::silent;
    }
    if (ranking.talk_nearest >= same_talk && ranking.talk_nearest > best.nearest)
        return Decision::talk;
    const bool ours = ranking.ours >= 0.5;
    if (best.score >= sure && ours)
        return margin < thin_margin ? Decision::clarify : Decision::answer;
    if (best.score >= worth_offering && (ours || asks(text)))
        return Decision::clarify;
    return Decision::handoff;
}

const Talk* crisis_in(const Index& index, const Ranking& ranking, std::string_view text)
{
    const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
    if (std::any_of(std::begin(looking_back), std::end(looking_back), has))
        return nullptr;
    for (const Talk& talk : index.library().talks)
        if (talk.crisis && std::any_of(talk.words.begin(), talk.words.end(), has))
            return &talk;
    const auto& talks = index.library().talks;
    if (ranking.talk_nearest >= same_crisis && talks[ranking.talk].crisis)
        return &talks[ranking.talk];
    return nullptr;
}

} // namespace bot::knowledge
