#pragma once
#include "bot/doors/tencent/envelope.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Who may call an official account's address, and what they said (protocol sheet, section 3). Pure.
namespace bot::doors::wechat_mp {

enum class Mode { plain, compat, safe };

struct Account {
    std::string token;
    std::string app_id;
    Mode mode = Mode::plain;
    std::optional<tencent::MessageKey> key; ///< there unless the mode is plain

    tencent::Credentials credentials() const;
};

/// What the platform's GET wants back: `echostr` as it came. Errors: missing_credential, bad_credential.
Result<std::string> verify_address(const Account& account, std::string_view query);

/// What was said. Where the account encrypts, only what was encrypted is believed: a plain body is refused,
/// whatever its signature. Errors: missing_credential, bad_credential, bad_payload, too_large.
Result<std::string> open_body(const Account& account, std::string_view query, std::string_view body);

} // namespace bot::doors::wechat_mp
