#include "bot/doors/wecom_robot/platform.hpp"

#include "bot/doors/tencent/address.hpp"
#include "bot/doors/wecom_robot/door.hpp"

namespace bot::doors::wecom_robot {
namespace {

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.api = tencent::api_address(account, "https://qyapi.weixin.qq.com");
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door = std::make_unique<WecomRobotDoor>(read_settings(account), world.client, world.clock);
    OpenAccount opened;
    opened.reconfigure = [running = door.get()](const config::Account& fresh) {
        running->configure(read_settings(fresh));
    };
    opened.door = std::move(door);
    return opened;
}

} // namespace

Platform platform()
{
    return {"wecom-robot", {{"api", "rate"}, {}}, open};
}

} // namespace bot::doors::wecom_robot
