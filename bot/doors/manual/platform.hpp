#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::manual {

Platform platform();

} // namespace bot::doors::manual
