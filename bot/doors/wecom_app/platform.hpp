#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::wecom_app {

Platform platform();

} // namespace bot::doors::wecom_app
