#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::wecom_bot {

Platform platform();

} // namespace bot::doors::wecom_bot
