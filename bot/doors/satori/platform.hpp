#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::satori {

Platform platform();

} // namespace bot::doors::satori
