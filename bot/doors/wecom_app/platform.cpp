#include "bot/doors/wecom_app/platform.hpp"

#include "bot/doors/tencent/address.hpp"
#include "bot/doors/wecom_app/door.hpp"

#include <charconv>
#include <stdexcept>

namespace bot::doors::wecom_app {
namespace {

std::int64_t read_agent(const config::Account& account)
{
    const std::string text = tencent::required(account, "agent_id");
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size())
        throw std::runtime_error("account " + account.id + ": agent_id: \"" + text +
                                 "\" is no number, such as 1000002");
    return number;
}

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.api = tencent::api_address(account, "https://qyapi.weixin.qq.com");
    settings.corp_id = tencent::required(account, "corp_id");
    settings.agent_id = read_agent(account);
    settings.secret = account.secret("secret");
    if (!account.secret("token").empty() || !account.secret("encoding_aes_key").empty())
        settings.credentials = tencent::read_credentials(account, settings.corp_id);
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door =
        std::make_unique<WecomAppDoor>(read_settings(account), world.client, world.clock, world.on_event);
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
    return {
        "wecom-app", {{"api", "rate", "corp_id", "agent_id"}, {"secret", "token", "encoding_aes_key"}}, open};
}

} // namespace bot::doors::wecom_app
