#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::qq {

Platform platform();

} // namespace bot::doors::qq
