#pragma once
#include "bot/knowledge/index.hpp"

#include <string>
#include <vector>

namespace bot::knowledge {

/// Groups texts that ask alike, so that an editor settles many at once. Each cluster lists places in `texts`;
/// its first is the one that founded it. Largest cluster first; the order of `texts` decides otherwise. A
/// thousand texts take some tens of milliseconds: not for a network thread.
std::vector<std::vector<std::size_t>> cluster(const Index& index, const std::vector<std::string>& texts);

} // namespace bot::knowledge
