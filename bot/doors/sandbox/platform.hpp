#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::sandbox {

Platform platform();

} // namespace bot::doors::sandbox
