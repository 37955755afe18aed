#pragma once
#include "bot/knowledge/library.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bot::knowledge {

/// Two cards that are asked for in like words.
struct Neighbours {
    std::size_t card = 0, other = 0; ///< places in the library
    std::size_t near = 0;            ///< phrasings of `card` that are near to one of `other`
    double likeness = 0;             ///< of the nearest one, 0…1
    std::string phrasing;            ///< that one
};

/// From this likeness on two phrasings are one, and the card that has the second shadows the other.
inline constexpr double same_phrasing = 0.97;

/// Every pair of cards with phrasings near to each other, nearest first. Reads every phrasing against every
/// other: seconds.
std::vector<Neighbours> find_neighbours(const Library& library);

} // namespace bot::knowledge
