#include "bot/console/tokens.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace bot::console {
namespace {

template <std::size_t N> std::string to_hex(const std::array<unsigned char, N>& bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

template <std::size_t N> std::array<unsigned char, N> random_bytes()
{
    std::array<unsigned char, N> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(N)) != 1)
        throw std::runtime_error("the system gives no random bytes");
    return bytes;
}

} // namespace

std::string new_token()
{
    return to_hex(random_bytes<32>());
}

std::string token_hash(const std::string& token)
{
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return to_hex(digest);
}

std::string new_bind_code()
{
    std::string code;
    for (const unsigned char byte : random_bytes<8>())
        code += static_cast<char>('0' + byte % 10);
    return code;
}

} // namespace bot::console
