#include "bot/doors/qq/sign.hpp"

#include <sodium.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace bot::doors::qq {
namespace {

std::string to_hex(const unsigned char* bytes, std::size_t size)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 15U];
    }
    return text;
}

std::optional<std::array<unsigned char, 64>> from_hex(std::string_view text)
{
    std::array<unsigned char, 64> bytes{};
    if (text.size() != 2 * bytes.size())
        return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto [end, ec] = std::from_chars(&text[2 * i], &text[2 * i] + 2, bytes[i], 16);
        if (ec != std::errc() || end != &text[2 * i] + 2)
            return std::nullopt;
    }
    return bytes;
}

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<std::int64_t> read_seconds(std::string_view text)
{
    std::int64_t seconds = 0;
    if (text.empty() || text.size() > 12)
        return std::nullopt;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (ec != std::errc() || end != text.data() + text.size() || seconds < 0)
        return std::nullopt;
    return seconds;
}

} // namespace

std::string seed_of(std::string_view secret)
{
    std::string seed(secret);
    while (!seed.empty() && seed.size() < 32)
        seed += std::string(seed);
    seed.resize(seed.empty() ? 0 : 32);
    return seed;
}

Signer::Signer(std::string_view secret)
{
    const std::string seed = seed_of(secret);
    if (seed.empty() || sodium_init() < 0)
        throw std::runtime_error("secret: needed, the platform's signatures are checked with it");
    crypto_sign_seed_keypair(public_key_.data(), secret_key_.data(), bytes_of(seed));
}

std::string Signer::public_key_hex() const
{
    return to_hex(public_key_.data(), public_key_.size());
}

std::string Signer::sign(std::string_view message) const
{
    std::array<unsigned char, 64> signature{};
    crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(), secret_key_.data());
    return to_hex(signature.data(), signature.size());
}

bool Signer::verify(std::string_view timestamp, std::string_view body, std::string_view signature) const
{
    const auto given = from_hex(signature);
    if (!given || (given->back() & 0xE0U) != 0)
        return false;
    const std::string message = std::string(timestamp).append(body);
    return crypto_sign_verify_detached(given->data(), bytes_of(message), message.size(),
                                       public_key_.data()) == 0;
}

Result<std::int64_t> check_request(const Signer& signer, std::string_view app_id, const net::Headers& headers,
                                   std::string_view body, std::int64_t now_ms)
{
    const std::string_view signature = net::header(headers, "X-Signature-Ed25519");
    const std::string_view timestamp = net::header(headers, "X-Signature-Timestamp");
    if (signature.empty() || timestamp.empty())
        return make_error_code(Errc::missing_credential);
    const auto seconds = read_seconds(timestamp);
    if (!seconds || !signer.verify(timestamp, body, signature))
        return make_error_code(Errc::bad_credential);
    const std::string_view named = net::header(headers, "X-Bot-Appid");
    if (!named.empty() && named != app_id)
        return make_error_code(Errc::bad_credential);
    if (std::llabs(now_ms - *seconds * 1000) > fresh_ms)
        return make_error_code(Errc::stale);
    return *seconds * 1000;
}

} // namespace bot::doors::qq
