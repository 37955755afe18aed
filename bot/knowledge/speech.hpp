#pragma once
#include "bot/knowledge/index.hpp"

#include <string_view>

namespace bot::knowledge {

/// What to do with a text, decided from its ranking. Speaking is a decision of its own: a likely topic is no
/// reason to talk into people's chat.
enum class Decision { answer, clarify, handoff, talk, silent };

/// `text` is normalised; `addressed` as in `Asker`.
Decision decide(const Ranking& ranking, std::string_view text, bool addressed);

/// The crisis talk that a word of the text proves by itself, or null. `text` is normalised.
const Talk* crisis_by_words(const Library& library, std::string_view text);

/// The crisis talk that the text is unmistakably about, by its words or by its likeness to one, or null.
/// `text` is normalised.
const Talk* crisis_in(const Index& index, const Ranking& ranking, std::string_view text);

} // namespace bot::knowledge
