#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::onebot11 {

Platform platform();

} // namespace bot::doors::onebot11
