#include "bot/doors/doors.hpp"

#include "bot/doors/manual/platform.hpp"
#include "bot/doors/onebot11/platform.hpp"
#include "bot/doors/onebot12/platform.hpp"
#include "bot/doors/qq/platform.hpp"
#include "bot/doors/sandbox/platform.hpp"
#include "bot/doors/satori/platform.hpp"
#include "bot/doors/wechat_mp/platform.hpp"
#include "bot/doors/wecom_app/platform.hpp"
#include "bot/doors/wecom_bot/platform.hpp"
#include "bot/doors/wecom_robot/platform.hpp"

#include <stdexcept>

namespace bot::doors {
namespace {

const std::vector<Platform>& platforms()
{
    static const std::vector<Platform> all{
        onebot11::platform(),  onebot12::platform(),    manual::platform(),    qq::platform(),
        sandbox::platform(),   satori::platform(),      wechat_mp::platform(), wecom_app::platform(),
        wecom_bot::platform(), wecom_robot::platform(),
    };
    return all;
}

} // namespace

config::Platforms platform_keys()
{
    config::Platforms keys;
    for (const Platform& one : platforms())
        keys.emplace(one.name, one.keys);
    return keys;
}

OpenAccount open(const config::Account& account, const World& world)
{
    for (const Platform& one : platforms())
        if (one.name == account.platform && one.open)
            return one.open(account, world);
    throw std::runtime_error("account " + account.id + ": the door of the platform " + account.platform +
                             " is not built in yet");
}

} // namespace bot::doors
