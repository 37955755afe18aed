#include "bot/doors/wechat_mp/verify.hpp"

#include "bot/doors/tencent/fields.hpp"
#include "bot/net/http.hpp"

namespace bot::doors::wechat_mp {
namespace {

error_code check_signature(const Account& account, std::string_view query)
{
    const std::string signature = net::form_value(query, "signature").value_or("");
    const std::string timestamp = net::form_value(query, "timestamp").value_or("");
    const std::string nonce = net::form_value(query, "nonce").value_or("");
    if (signature.empty() || timestamp.empty() || nonce.empty())
        return make_error_code(Errc::missing_credential);
    if (!tencent::same(tencent::sha1_sorted({account.token, timestamp, nonce}), signature))
        return make_error_code(Errc::bad_credential);
    return {};
}

/// The signature of plain bodies covers neither the body nor its sender: at least the sender in the address
/// must be the one in the body.
error_code check_sender(std::string_view query, std::string_view body)
{
    const auto fields = tencent::read_fields(body);
    if (!fields)
        return fields.error();
    const auto open_id = net::form_value(query, "openid");
    if (open_id && *open_id != fields->get("FromUserName"))
        return make_error_code(Errc::bad_credential);
    return {};
}

Result<std::string> open_sealed_body(const Account& account, std::string_view query, std::string_view body)
{
    if (const error_code ec = check_signature(account, query))
        return ec;
    auto plain = tencent::open_letter(account.credentials(), query, body);
    if (!plain)
        return plain.error();
    if (const error_code ec = check_sender(query, *plain))
        return ec;
    return plain;
}

} // namespace

tencent::Credentials Account::credentials() const
{
    return {token, key.value_or(tencent::MessageKey()), app_id};
}

Result<std::string> verify_address(const Account& account, std::string_view query)
{
    if (const error_code ec = check_signature(account, query))
        return ec;
    const auto echo = net::form_value(query, "echostr");
    if (!echo)
        return make_error_code(Errc::missing_credential);
    return *echo;
}

Result<std::string> open_body(const Account& account, std::string_view query, std::string_view body)
{
    if (account.mode != Mode::plain && account.key)
        return open_sealed_body(account, query, body);
    if (net::form_value(query, "encrypt_type").value_or("raw") == "aes")
        return make_error_code(Errc::bad_credential);
    if (const error_code ec = check_signature(account, query))
        return ec;
    if (const error_code ec = check_sender(query, body))
        return ec;
    return std::string(body);
}

} // namespace bot::doors::wechat_mp
