#pragma once
#include "bot/core/door.hpp"

#include <string>
#include <vector>

namespace bot::doors::sandbox {

/// A capability record that the sandbox can take on, under the name that the page shows.
struct Record {
    std::string name; ///< used in addresses
    Capabilities capabilities;
};

/// The sandbox's own record first, then those of the real platforms (protocols, state of November 2026).
const std::vector<Record>& records();

} // namespace bot::doors::sandbox
