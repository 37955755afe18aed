#pragma once
#include <string_view>
#include <vector>

namespace bot::knowledge {

/// Whether the words ask something: a question mark or a word that questions are made with. `text` is
/// normalised.
bool asks(std::string_view text);

/// The sentences of a normalised text, without their marks; a sentence of more than 40 characters is cut at
/// its commas.
std::vector<std::string_view> sentences(std::string_view text);

/// The same, cut at every comma too.
std::vector<std::string_view> clauses(std::string_view text);

} // namespace bot::knowledge
