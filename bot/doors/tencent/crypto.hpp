#pragma once
#include "bot/core/error.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The message envelope that one vendor's platforms share: SHA-1 over sorted parts, AES-256-CBC under the
/// EncodingAESKey (protocol sheets, wecom section 2). Pure, but for `random16`.
namespace bot::doors::tencent {

/// The 32 bytes behind an EncodingAESKey.
class MessageKey {
public:
    /// Exactly 43 characters of the Base64 alphabet; the spare bits of the last one are ignored, as the
    /// platform's own sample has some. Errors: bad_credential.
    static Result<MessageKey> parse(std::string_view encoding_aes_key);
    const std::array<unsigned char, 32>& bytes() const { return bytes_; }

private:
    std::array<unsigned char, 32> bytes_{};
};

/// A decrypted message before anybody looked for whom it is.
struct Opened {
    std::string random16, message, receive_id;
    std::size_t padding = 0;
};

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
/// Nothing for what is no Base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);
std::string md5_hex(std::string_view bytes);

/// Lower-case hex SHA-1 of the parts, sorted by bytes and joined.
std::string sha1_sorted(std::vector<std::string_view> parts);

/// Compares in constant time.
bool same(std::string_view a, std::string_view b);

/// Base64 of 16 random bytes, length, message and receiver, padded to 32 and encrypted.
std::string encrypt(const MessageKey& key, std::string_view message, std::string_view receive_id,
                    std::string_view random16);
/// Errors: bad_payload (no Base64, wrong length, padding or inner length).
Result<Opened> decrypt(const MessageKey& key, std::string_view encrypted);
/// The same, and it must be for us. Errors: bad_payload, bad_credential (another receiver).
Result<std::string> decrypt_for(const MessageKey& key, std::string_view encrypted,
                                std::string_view receive_id);

/// A file that the platform keeps encrypted under the callback's key. Errors: bad_payload.
Result<std::string> decrypt_media(const MessageKey& key, std::string_view bytes);

/// 16 random characters that print.
std::string random16();

} // namespace bot::doors::tencent
