#pragma once
#include "bot/console/route.hpp"

#include <string>

namespace bot::console {

/// The OpenAPI 3.1 description of the routes, as JSON.
std::string describe(const Router& router);

} // namespace bot::console
