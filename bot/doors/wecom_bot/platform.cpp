#include "bot/doors/wecom_bot/platform.hpp"

#include "bot/doors/tencent/address.hpp"
#include "bot/doors/wecom_bot/door.hpp"

#include <stdexcept>

namespace bot::doors::wecom_bot {
namespace {

/// `api` stands for the platform's host on both ways.
std::string line_address(const config::Account& account)
{
    const std::string api = tencent::api_address(account, "");
    if (api.empty())
        return "wss://openws.work.weixin.qq.com";
    return "ws" + api.substr(4);
}

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.api = tencent::api_address(account, "https://qyapi.weixin.qq.com");
    settings.bot_id = account.value("bot_id");
    const bool has_line = !account.secret("secret").empty();
    const bool has_callbacks =
        !account.secret("token").empty() || !account.secret("encoding_aes_key").empty();
    if (!has_line && !has_callbacks)
        throw std::runtime_error("account " + account.id +
                                 ": bot_id and secret (long connection), or token and encoding_aes_key "
                                 "(callbacks), are missing");
    if (has_line) {
        settings.line.url = line_address(account);
        settings.line.bot_id = tencent::required(account, "bot_id");
        settings.line.secret = account.secret("secret");
    }
    if (has_callbacks)
        settings.credentials = tencent::read_credentials(account, "");
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door =
        std::make_unique<WecomBotDoor>(read_settings(account), world.client, world.clock, world.on_event);
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
    return {"wecom-bot", {{"api", "rate", "bot_id"}, {"secret", "token", "encoding_aes_key"}}, open};
}

} // namespace bot::doors::wecom_bot
