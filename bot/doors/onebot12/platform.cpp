#include "bot/doors/onebot12/platform.hpp"

#include "bot/doors/onebot12/door.hpp"

#include <spdlog/spdlog.h>

namespace bot::doors::onebot12 {
namespace {

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.access_token = account.secret("access_token");
    settings.api = account.value("api");
    while (settings.api.ends_with('/'))
        settings.api.pop_back();
    settings.ws = account.value("ws");
    if (settings.access_token.empty())
        spdlog::warn(
            "event=unprotected account={} reason=\"without access_token anybody may speak for the platform\"",
            account.id);
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door =
        std::make_unique<OneBot12Door>(read_settings(account), world.client, world.clock, world.on_event);
    OpenAccount opened;
    opened.hook = door.get();
    opened.reconfigure = [running = door.get()](const config::Account& fresh) {
        running->configure(read_settings(fresh));
    };
    opened.door = std::move(door);
    return opened;
}

} // namespace

Platform platform()
{
    return {"onebot12", {{"api", "ws", "rate"}, {"secret", "access_token"}}, open};
}

} // namespace bot::doors::onebot12
