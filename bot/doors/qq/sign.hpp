#pragma once
#include "bot/core/error.hpp"
#include "bot/net/http.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// How the platform proves who calls (protocol sheet, section 3): Ed25519 over timestamp and raw body, with a
/// key that both sides derive from the bot's secret. Pure.
namespace bot::doors::qq {

/// The secret doubled until it has 32 bytes, then its first 32. Empty for an empty secret.
std::string seed_of(std::string_view secret);

class Signer {
public:
    /// Throws std::runtime_error for an empty secret.
    explicit Signer(std::string_view secret);

    std::string public_key_hex() const;
    /// 128 lower-case hex digits.
    std::string sign(std::string_view message) const;
    /// `signature` in hex of either case: 64 bytes whose top three bits are zero.
    bool verify(std::string_view timestamp, std::string_view body, std::string_view signature) const;

private:
    std::array<unsigned char, 32> public_key_{};
    std::array<unsigned char, 64> secret_key_{};
};

inline constexpr std::int64_t fresh_ms = 10 * 60 * 1000;

/// Both headers there, the signature right over the raw body, its timestamp within ten minutes of `now_ms`,
/// and the application ours where it is named. Gives the timestamp in milliseconds. Errors:
/// missing_credential, bad_credential, stale.
Result<std::int64_t> check_request(const Signer& signer, std::string_view app_id, const net::Headers& headers,
                                   std::string_view body, std::int64_t now_ms);

} // namespace bot::doors::qq
