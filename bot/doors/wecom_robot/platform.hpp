#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::wecom_robot {

Platform platform();

} // namespace bot::doors::wecom_robot
