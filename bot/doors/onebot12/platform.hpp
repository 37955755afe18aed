#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::onebot12 {

Platform platform();

} // namespace bot::doors::onebot12
