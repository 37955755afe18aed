#pragma once
#include "bot/doors/platform.hpp"

namespace bot::doors::wechat_mp {

Platform platform();

} // namespace bot::doors::wechat_mp
