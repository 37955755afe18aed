#pragma once
#include "bot/config/config.hpp"
#include "bot/doors/tencent/envelope.hpp"

#include <string>

namespace bot::doors::tencent {

/// The account's `api` without a slash at its end, else the platform's own host. Throws std::runtime_error
/// for what is no address.
std::string api_address(const config::Account& account, const std::string& platform_host);

/// A value or a secret that the account cannot do without. Throws std::runtime_error that names it.
std::string required(const config::Account& account, const std::string& key);

/// `token` and `encoding_aes_key` of the account. Throws std::runtime_error when they cannot work.
Credentials read_credentials(const config::Account& account, std::string receive_id);

} // namespace bot::doors::tencent
