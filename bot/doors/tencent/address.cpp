#include "bot/doors/tencent/address.hpp"

#include <stdexcept>

namespace bot::doors::tencent {

std::string api_address(const config::Account& account, const std::string& platform_host)
{
    std::string api = account.value("api");
    if (api.empty())
        return platform_host;
    if (!api.starts_with("http://") && !api.starts_with("https://"))
        throw std::runtime_error("account " + account.id + ": api: \"" + api +
                                 "\" begins with neither http:// nor https://");
    while (api.ends_with('/'))
        api.pop_back();
    return api;
}

std::string required(const config::Account& account, const std::string& key)
{
    const std::string value = account.value(key);
    const std::string found = value.empty() ? account.secret(key) : value;
    if (found.empty())
        throw std::runtime_error("account " + account.id + ": " + key + " is missing");
    return found;
}

Credentials read_credentials(const config::Account& account, std::string receive_id)
{
    const auto key = MessageKey::parse(required(account, "encoding_aes_key"));
    if (!key)
        throw std::runtime_error("account " + account.id +
                                 ": encoding_aes_key: 43 letters and digits, as the console shows them");
    Credentials credentials;
    credentials.token = required(account, "token");
    credentials.key = *key;
    credentials.receive_id = std::move(receive_id);
    return credentials;
}

} // namespace bot::doors::tencent
