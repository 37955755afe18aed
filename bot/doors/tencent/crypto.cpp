#include "bot/doors/tencent/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace bot::doors::tencent {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t block = 32; ///< of the padding; the cipher's own are 16
constexpr std::size_t head = 20;  ///< random bytes and length

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

/// Six bits a character; bits that fill no byte are dropped. Nothing for a foreign character.
std::optional<std::string> decode(std::string_view text)
{
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    unsigned collected = 0, bits = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        collected = (collected << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(collected >> bits & 0xFFU);
        }
    }
    return bytes;
}

std::string digest(const EVP_MD* kind, std::string_view bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), value.data(), &size, kind, nullptr);
    return to_hex({reinterpret_cast<const char*>(value.data()), size});
}

/// AES-256-CBC with the first half of the key as vector and no padding of its own; whole blocks only.
std::string cipher(const MessageKey& key, std::string_view in, bool encrypts)
{
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  EVP_CIPHER_CTX_free);
    std::string out(in.size() + 16, '\0');
    int written = 0, rest = 0;
    const bool done = context &&
                      EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.bytes().data(),
                                        key.bytes().data(), encrypts ? 1 : 0) == 1 &&
                      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
                      EVP_CipherUpdate(context.get(), bytes_of(out), &written, bytes_of(in),
                                       static_cast<int>(in.size())) == 1 &&
                      EVP_CipherFinal_ex(context.get(), bytes_of(out) + written, &rest) == 1;
    if (!done)
        throw std::runtime_error("AES-256-CBC failed");
    out.resize(static_cast<std::size_t>(written) + static_cast<std::size_t>(rest));
    return out;
}

/// How many bytes of padding end the text; 0 = it is none.
std::size_t padding_of(std::string_view plain)
{
    const std::size_t count = plain.empty() ? 0 : static_cast<unsigned char>(plain.back());
    if (count < 1 || count > block || count > plain.size())
        return 0;
    const std::string_view end = plain.substr(plain.size() - count);
    const bool equal = std::all_of(end.begin(), end.end(), [&](char c) { return c == plain.back(); });
    return equal ? count : 0;
}

Result<std::string> decrypt_blocks(const MessageKey& key, std::string_view bytes)
{
    if (bytes.empty() || bytes.size() % 16 != 0 || bytes.size() > 256U * 1024 * 1024)
        return make_error_code(Errc::bad_payload);
    return cipher(key, bytes, false);
}

} // namespace

Result<MessageKey> MessageKey::parse(std::string_view encoding_aes_key)
{
    const auto decoded =
        encoding_aes_key.size() == 43 ? decode(encoding_aes_key) : std::optional<std::string>();
    if (!decoded || decoded->size() != 32)
        return make_error_code(Errc::bad_credential);
    MessageKey key;
    std::copy(decoded->begin(), decoded->end(), key.bytes_.begin());
    return key;
}

std::string to_hex(std::string_view bytes)
{
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes)
        for (const unsigned shift : {4U, 0U})
            hex += "0123456789abcdef"[(unsigned{static_cast<unsigned char>(c)} >> shift) & 15U];
    return hex;
}

std::string to_base64(std::string_view bytes)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    unsigned collected = 0, bits = 0;
    for (const char c : bytes) {
        collected = (collected << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
        for (bits += 8; bits >= 6; bits -= 6)
            text += alphabet[collected >> (bits - 6) & 63U];
    }
    if (bits > 0)
        text += alphabet[collected << (6 - bits) & 63U];
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    return text.size() % 4 == 1 ? std::nullopt : decode(text);
}

std::string md5_hex(std::string_view bytes)
{
    return digest(EVP_md5(), bytes);
}

std::string sha1_sorted(std::vector<std::string_view> parts)
{
    std::sort(parts.begin(), parts.end());
    std::string joined;
    for (const std::string_view part : parts)
        joined += part;
    return digest(EVP_sha1(), joined);
}

bool same(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string encrypt(const MessageKey& key, std::string_view message, std::string_view receive_id,
                    std::string_view random16)
{
    std::string plain(random16);
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        plain += static_cast<char>(message.size() >> shift & 0xFFU);
    plain += message;
    plain += receive_id;
    const std::size_t padding = block - plain.size() % block;
    plain.append(padding, static_cast<char>(padding));
    return to_base64(cipher(key, plain, true));
}

Result<Opened> decrypt(const MessageKey& key, std::string_view encrypted)
{
    const auto bytes = from_base64(encrypted);
    if (!bytes)
        return make_error_code(Errc::bad_payload);
    const auto plain = decrypt_blocks(key, *bytes);
    if (!plain)
        return plain.error();
    Opened opened;
    opened.padding = padding_of(*plain);
    const std::string_view inner = std::string_view(*plain).substr(0, plain->size() - opened.padding);
    if (opened.padding == 0 || inner.size() < head)
        return make_error_code(Errc::bad_payload);
    std::size_t length = 0;
    for (const char c : inner.substr(16, 4))
        length = length << 8U | static_cast<unsigned char>(c);
    if (length > inner.size() - head)
        return make_error_code(Errc::bad_payload);
    opened.random16 = std::string(inner.substr(0, 16));
    opened.message = std::string(inner.substr(head, length));
    opened.receive_id = std::string(inner.substr(head + length));
    return opened;
}

Result<std::string> decrypt_for(const MessageKey& key, std::string_view encrypted,
                                std::string_view receive_id)
{
    auto opened = decrypt(key, encrypted);
    if (!opened)
        return opened.error();
    if (!same(opened->receive_id, receive_id))
        return make_error_code(Errc::bad_credential);
    return std::move(opened->message);
}

Result<std::string> decrypt_media(const MessageKey& key, std::string_view bytes)
{
    auto plain = decrypt_blocks(key, bytes);
    if (!plain)
        return plain.error();
    const std::size_t padding = padding_of(*plain);
    if (padding == 0)
        return make_error_code(Errc::bad_payload);
    plain->resize(plain->size() - padding);
    return std::move(*plain);
}

std::string random16()
{
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("no random bytes");
    std::string text;
    for (const unsigned char byte : bytes)
        text += alphabet[byte & 63U];
    return text;
}

} // namespace bot::doors::tencent
