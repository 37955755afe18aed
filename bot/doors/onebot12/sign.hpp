#pragma once
#include "bot/core/error.hpp"
#include "bot/net/http.hpp"

#include <string>
#include <string_view>

/// OneBot 12 authentication (protocol sheet, sections 2 and 3): there is no signature, the token is the only
/// proof. Pure.
namespace bot::doors::onebot12 {

/// `Authorization: Bearer` or `?access_token=`, compared in constant time. An empty token accepts everybody.
/// Errors: missing_credential, bad_credential.
error_code check_token(std::string_view token, const net::Headers& headers, std::string_view query);

struct Handshake {
    std::string impl;
    std::string subprotocol; ///< to be named in the answer
};

/// Reads the upgrade request of a reverse WebSocket. Errors: those of `check_token`; bad_payload for another
/// version.
Result<Handshake> check_handshake(std::string_view token, const net::Headers& headers,
                                  std::string_view query);

} // namespace bot::doors::onebot12
