#include "bot/doors/satori/platform.hpp"

#include "bot/doors/satori/door.hpp"

#include <stdexcept>

namespace bot::doors::satori {
namespace {

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.api = account.value("api");
    while (settings.api.ends_with('/'))
        settings.api.pop_back();
    if (!settings.api.starts_with("http://") && !settings.api.starts_with("https://"))
        throw std::runtime_error(
            "account " + account.id +
            ": api: needed, the base address of the server such as http://127.0.0.1:5140/satori");
    settings.token = account.secret("token");
    settings.webhook_token = account.secret("webhook_token");
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door =
        std::make_unique<SatoriDoor>(read_settings(account), world.client, world.clock, world.on_event);
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
    return {"satori", {{"api", "rate"}, {"token", "webhook_token"}}, open};
}

} // namespace bot::doors::satori
