#pragma once
#include "bot/core/error.hpp"
#include "bot/net/http.hpp"

#include <string>
#include <string_view>

/// OneBot 11 authentication (protocol sheet, sections 2.2 and 3). Pure.
namespace bot::doors::onebot11 {

/// `sha1=` and the lower-case hex of HMAC-SHA1(secret, body).
std::string signature(std::string_view secret, std::string_view body);

/// Checks `X-Signature` on the raw body, in constant time. An empty secret accepts everything.
/// Errors: missing_credential (no header), bad_credential.
error_code check_signature(std::string_view secret, std::string_view body, std::string_view header);

enum class Role { universal, api, event };

struct Handshake {
    Role role = Role::universal;
    std::string self_id; ///< may be empty: then the first frame tells it
};

/// Reads the upgrade request of a reverse WebSocket. Accepts `Bearer` and `Token` and `?access_token=`, names
/// and words without case. Errors: missing_credential (401), bad_credential (403), bad_payload (unknown role,
/// 400).
Result<Handshake> check_handshake(std::string_view token, const net::Headers& headers,
                                  std::string_view query);

} // namespace bot::doors::onebot11
