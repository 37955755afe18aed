#include "bot/doors/wechat_mp/send.hpp"

#include "bot/doors/tencent/fields.hpp"
#include "bot/doors/tencent/split.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::wechat_mp {
namespace {

using nlohmann::json;
using tencent::cdata;

constexpr std::int64_t minute_ms = 60'000;

const tencent::Code codes[] = {
    {-1, SendAction::retry, Scope::account, 0, "平台说系统繁忙，稍后再试"},
    {40001, SendAction::refresh_token, Scope::account, 0, "访问令牌不对，换一个再发"},
    {40014, SendAction::refresh_token, Scope::account, 0, "访问令牌失效了，换一个再发"},
    {42001, SendAction::refresh_token, Scope::account, 0, "访问令牌过期了，换一个再发"},
    {41001, SendAction::refresh_token, Scope::account, 0, "没带访问令牌，取一个再发"},
    {40125, SendAction::operator_, Scope::account, 0, "AppSecret 不对，请核对账号设置里的 secret"},
    {40013, SendAction::operator_, Scope::account, 0, "AppID 不对，请核对账号设置里的 app_id"},
    {41002, SendAction::operator_, Scope::account, 0, "没有 AppID，请核对账号设置"},
    {41004, SendAction::operator_, Scope::account, 0, "没有 AppSecret，请核对账号设置"},
    {40164, SendAction::operator_, Scope::account, 0,
     "本机地址不在公众号的 IP 白名单里，请把平台报出的地址加进去"},
    {45009, SendAction::backoff, Scope::account, 0, "今天的接口额度用完了，零点以后再发"},
    {45011, SendAction::backoff, Scope::account, minute_ms, "发得太快，等一分钟"},
    {45015, SendAction::window_closed, Scope::chat, 0, "对方超过 48 小时没说话，或已取消关注：等对方再来"},
    {45047, SendAction::window_closed, Scope::chat, 0, "这一轮能发的条数用完了：等对方再说话"},
    {45002, SendAction::shorten, Scope::message, 0, "内容太长"},
    {43004, SendAction::disable_push, Scope::chat, 0, "对方没有关注公众号"},
    {43019, SendAction::disable_chat, Scope::chat, 0, "对方在黑名单里"},
    {43101, SendAction::disable_push, Scope::chat, 0, "对方没有订阅，或拒收了通知"},
    {48002, SendAction::disable_push, Scope::chat, 0, "对方拒收公众号的消息"},
    {40003, SendAction::drop, Scope::message, 0, "没有这个人"},
    {40037, SendAction::operator_, Scope::account, 0, "通知模板的编号不对，请核对"},
    {41030, SendAction::operator_, Scope::account, 0, "通知要跳转的页面不对，请核对"},
    {47003, SendAction::drop, Scope::message, 0, "通知模板的字段不对"},
    {40007, SendAction::retry, Scope::message, 0, "素材过期了，重新上传再发"},
    {45065, SendAction::sent, Scope::message, 0, "平台已经收到过这一条"},
    {45067, SendAction::drop, Scope::message, 0, "消息编号太长"},
    {48001, SendAction::operator_, Scope::account, 0,
     "公众号没有这个接口的权限（没认证，或没开通）：请在公众平台查看接口权限"},
    {48004, SendAction::operator_, Scope::account, 0, "这个接口被平台封了，请在公众平台查看原因"},
    {50002, SendAction::operator_, Scope::account, 0, "公众号被限制使用，请在公众平台查看原因"},
    {45028, SendAction::backoff, Scope::account, 0, "这个周期的群发次数用完了"},
};

/// Raw UTF-8: escapes would be shown as they stand.
std::string write(const json& body)
{
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string passive_text(const Envelope& envelope, const std::string& text)
{
    if (envelope.is_json)
        return write({{"ToUserName", envelope.person},
                      {"FromUserName", envelope.account},
                      {"CreateTime", envelope.seconds},
                      {"MsgType", "text"},
                      {"Content", text}});
    return "<xml><ToUserName>" + cdata(envelope.person) + "</ToUserName><FromUserName>" +
           cdata(envelope.account) + "</FromUserName><CreateTime>" + std::to_string(envelope.seconds) +
           "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>" + cdata(text) + "</Content></xml>";
}

std::string token_body(const std::string& app_id, const std::string& secret)
{
    return write({{"grant_type", "client_credential"}, {"appid", app_id}, {"secret", secret}});
}

std::string service_text(const std::string& open_id, const std::string& text)
{
    return write({{"touser", open_id}, {"msgtype", "text"}, {"text", {{"content", text}}}});
}

std::string service_image(const std::string& open_id, const std::string& media_id)
{
    return write({{"touser", open_id}, {"msgtype", "image"}, {"image", {{"media_id", media_id}}}});
}

std::string service_news(const std::string& open_id, const LinkCard& card)
{
    const json article{{"title", card.title},
                       {"description", card.description},
                       {"url", card.url},
                       {"picurl", card.picture_url}};
    return write(
        {{"touser", open_id}, {"msgtype", "news"}, {"news", {{"articles", json::array({article})}}}});
}

std::vector<std::string> text_parts(const std::string& text)
{
    return tencent::split_bytes(text, text_bytes);
}

std::span<const tencent::Code> account_codes()
{
    return codes;
}

} // namespace bot::doors::wechat_mp
