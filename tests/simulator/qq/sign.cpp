#include "tests/simulator/qq/sign.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace simulator::qq {

std::string sign_hex(const std::string& secret, const std::string& message)
{
    std::string seed;
    while (seed.size() < 32)
        seed += secret.empty() ? "?" : secret;
    const auto* bytes = reinterpret_cast<const unsigned char*>(seed.data());
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes, 32), EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::array<unsigned char, 64> signature{};
    std::size_t size = signature.size();
    if (!key || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) != 1)
        throw std::runtime_error("cannot sign");
    std::string hex;
    for (const unsigned char byte : signature)
        for (const unsigned shift : {4U, 0U})
            hex += "0123456789abcdef"[(unsigned{byte} >> shift) & 15U];
    return hex;
}

} // namespace simulator::qq
