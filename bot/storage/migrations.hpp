#pragma once
#include <vector>

namespace bot::storage {

struct Migration {
    const char* name; ///< `0001_init`
    const char* sql;  ///< statements that end with ";" at a line's end
};

/// The files of `schema/`, in order. Never edited once released.
const std::vector<Migration>& migrations();

} // namespace bot::storage
