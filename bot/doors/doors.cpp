#include "bot/doors/doors.hpp"

#include "bot/doors/onebot11/platform.hpp"
#include "bot/doors/sandbox/platform.hpp"
#include "bot/doors/wechat_mp/platform.hpp"
#include "bot/doors/wecom_app/platform.hpp"
#include "bot/doors/wecom_bot/platform.hpp"
#include "bot/doors/wecom_robot/platform.hpp"

#include <stdexcept>

namespace bot::doors {
namespace {

/// A platform whose configuration is promised and whose door is still to come.
Platform planned(std::string name, std::vector<std::string> values, std::vector<std::string> secrets)
{
    return {std::move(name), {std::move(values), std::move(secrets)}, {}};
}

const std::vector<Platform>& platforms()
{
    static const std::vector<Platform> all{
        onebot11::platform(),
        sandbox::platform(),
        planned("onebot12", {"api", "ws", "rate"}, {"secret", "access_token"}),
        planned("qq", {"api", "rate", "app_id", "token_url", "link_domains"}, {"secret"}),
        wecom_app::platform(),
        wecom_bot::platform(),
        wecom_robot::platform(),
        wechat_mp::platform(),
        planned("satori", {"api", "rate"}, {"token", "webhook_token"}),
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
