#include "bot/doors/wechat_mp/platform.hpp"

#include "bot/doors/tencent/address.hpp"
#include "bot/doors/wechat_mp/door.hpp"

#include <stdexcept>

namespace bot::doors::wechat_mp {
namespace {

Mode read_mode(const config::Account& account)
{
    const std::string word = account.value("mode");
    if (word.empty())
        return account.secret("encoding_aes_key").empty() ? Mode::plain : Mode::safe;
    if (word == "plain")
        return Mode::plain;
    if (word == "compat")
        return Mode::compat;
    if (word == "safe")
        return Mode::safe;
    throw std::runtime_error("account " + account.id + ": mode: \"" + word +
                             "\" is none of plain, compat, safe");
}

Settings read_settings(const config::Account& account)
{
    Settings settings;
    settings.id = account.id;
    settings.api = tencent::api_address(account, "https://api.weixin.qq.com");
    settings.secret = account.secret("secret");
    settings.account.app_id = tencent::required(account, "app_id");
    settings.account.token = tencent::required(account, "token");
    settings.account.mode = read_mode(account);
    if (settings.account.mode != Mode::plain)
        settings.account.key = tencent::read_credentials(account, settings.account.app_id).key;
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door =
        std::make_unique<WechatMpDoor>(read_settings(account), world.client, world.clock, world.on_event);
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
    return {"wechat-mp", {{"api", "rate", "app_id", "mode"}, {"secret", "token", "encoding_aes_key"}}, open};
}

} // namespace bot::doors::wechat_mp
