#pragma once
#include "bot/doors/tencent/crypto.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Callbacks that are signed and encrypted, and answers to them. Pure.
namespace bot::doors::tencent {

/// What an account and the platform's console share.
struct Credentials {
    std::string token;
    MessageKey key;
    std::string receive_id; ///< the company, the application or nobody
};

/// The text that a GET with `echostr` wants back. Errors: missing_credential, bad_credential, bad_payload.
Result<std::string> verify_address(const Credentials& credentials, std::string_view query);

/// The message inside a POST, XML or JSON. Errors: missing_credential (a parameter or the encrypted part is
/// not there), bad_credential (signature, receiver), bad_payload, too_large.
Result<std::string> open_letter(const Credentials& credentials, std::string_view query,
                                std::string_view body);
/// The same, of an encrypted part that is at hand.
Result<std::string> open_sealed(const Credentials& credentials, std::string_view query,
                                std::string_view encrypted);

/// When and with which nonce an answer is sealed.
struct Stamp {
    std::int64_t seconds = 0;
    std::string nonce;
    std::string random16;
};

/// `<xml><Encrypt/><MsgSignature/><TimeStamp/><Nonce/></xml>`.
std::string seal_xml(const Credentials& credentials, std::string_view message, const Stamp& stamp);
/// The same names as JSON.
std::string seal_json(const Credentials& credentials, std::string_view message, const Stamp& stamp);
/// `{"encrypt","msgsignature","timestamp","nonce"}`, as chat bots are answered.
std::string seal_small_json(const Credentials& credentials, std::string_view message, const Stamp& stamp);

} // namespace bot::doors::tencent
