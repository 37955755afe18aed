#include "bot/doors/doors.hpp"

#include "bot/doors/manual/platform.hpp"
#include "bot/doors/onebot11/platform.hpp"
#include "bot/doors/onebot12/platform.hpp"
#include "bot/doors/qq/platform.hpp"
#include "bot/doors/sandbox/platform.hpp"
#include "bot/doors/satori/platform.hpp"

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
        onebot12::platform(),
        manual::platform(),
        qq::platform(),
        sandbox::platform(),
        satori::platform(),
        planned("wecom-app", {"api", "rate", "corp_id", "agent_id"}, {"secret", "token", "encoding_aes_key"}),
        planned("wecom-bot", {"api", "rate", "bot_id"}, {"secret", "token", "encoding_aes_key"}),
        planned("wecom-robot", {"api", "rate"}, {}),
        planned("wechat-mp", {"api", "rate", "app_id", "mode"}, {"secret", "token", "encoding_aes_key"}),
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
