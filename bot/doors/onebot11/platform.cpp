#include "bot/doors/onebot11/platform.hpp"

#include "bot/doors/onebot11/door.hpp"

#include <stdexcept>

namespace bot::doors::onebot11 {
namespace {

ReplyVia read_reply_via(const config::Account& account)
{
    const std::string word = account.value("reply_via");
    if (word.empty() || word == "automatic")
        return ReplyVia::automatic;
    if (word == "quick")
        return ReplyVia::quick;
    if (word == "api")
        return ReplyVia::api;
    throw std::runtime_error("account " + account.id + ": reply_via: \"" + word +
                             "\" is none of automatic, quick, api");
}

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.secret = account.secret("secret");
    settings.access_token = account.secret("access_token");
    settings.api = account.value("api");
    settings.ws = account.value("ws");
    settings.reply_via = read_reply_via(account);
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door =
        std::make_unique<OneBot11Door>(read_settings(account), world.client, world.clock, world.on_event);
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
    return {"onebot11", {{"api", "ws", "rate", "reply_via"}, {"secret", "access_token"}}, open};
}

} // namespace bot::doors::onebot11
