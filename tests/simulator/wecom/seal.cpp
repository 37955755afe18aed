#include "tests/simulator/wecom/seal.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <stdexcept>

namespace simulator::wecom {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes decode_base64(const std::string& text)
{
    Bytes out(text.size() + 4);
    const int size = text.empty() || text.size() % 4 != 0
                         ? -1
                         : EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                           static_cast<int>(text.size()));
    if (size < 0)
        throw std::invalid_argument("no base64");
    const auto padding = static_cast<std::size_t>(std::count(text.end() - 2, text.end(), '='));
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

std::string encode_base64(const Bytes& bytes)
{
    std::string text(bytes.size() * 2 + 4, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Bytes key_bytes(const std::string& key)
{
    Bytes bytes = key.size() == 43 ? decode_base64(key + "=") : Bytes();
    if (bytes.size() != 32)
        throw std::invalid_argument("EncodingAESKey has 43 characters");
    return bytes;
}

Bytes run_cipher(const Bytes& key, const Bytes& in, int encrypts)
{
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  EVP_CIPHER_CTX_free);
    Bytes out(in.size() + 32);
    int size = 0;
    EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.data(), key.data(), encrypts);
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    if (EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) != 1)
        throw std::invalid_argument("cipher");
    out.resize(static_cast<std::size_t>(size));
    return out;
}

} // namespace

std::string sha1_of_sorted(std::vector<std::string> parts)
{
    std::sort(parts.begin(), parts.end());
    std::string joined;
    for (const std::string& part : parts)
        joined += part;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(joined.data(), joined.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[digest[i] / 16];
        hex += "0123456789abcdef"[digest[i] % 16];
    }
    return hex;
}

std::string seal(const std::string& key, const std::string& message, const std::string& receiver)
{
    Bytes plain(16);
    RAND_bytes(plain.data(), 16);
    const auto length = static_cast<std::uint32_t>(message.size());
    for (int shift = 24; shift >= 0; shift -= 8)
        plain.push_back(static_cast<unsigned char>(length >> shift));
    plain.insert(plain.end(), message.begin(), message.end());
    plain.insert(plain.end(), receiver.begin(), receiver.end());
    const std::size_t padding = 32 - plain.size() % 32;
    plain.insert(plain.end(), padding, static_cast<unsigned char>(padding));
    return encode_base64(run_cipher(key_bytes(key), plain, 1));
}

std::string unseal(const std::string& key, const std::string& sealed, const std::string& receiver)
{
    const Bytes in = decode_base64(sealed);
    if (in.empty() || in.size() % 32 != 0)
        throw std::invalid_argument("not padded to 32");
    const Bytes plain = run_cipher(key_bytes(key), in, 0);
    const std::size_t padding = plain.back();
    if (padding < 1 || padding > 32 || padding + 20 > plain.size())
        throw std::invalid_argument("padding");
    const std::size_t length = (std::size_t{plain[16]} << 24) | (std::size_t{plain[17]} << 16) |
                               (std::size_t{plain[18]} << 8) | plain[19];
    const std::string rest(plain.begin() + 20, plain.end() - static_cast<std::ptrdiff_t>(padding));
    if (length > rest.size() || rest.substr(length) != receiver)
        throw std::invalid_argument("another receiver");
    return rest.substr(0, length);
}

std::string xml_value(const std::string& xml, const std::string& name)
{
    const std::string open = "<" + name + ">", close = "</" + name + ">";
    const std::size_t from = xml.find(open);
    const std::size_t to = from == std::string::npos ? from : xml.find(close, from);
    if (to == std::string::npos)
        return {};
    std::string value = xml.substr(from + open.size(), to - from - open.size());
    std::string joined;
    if (!value.starts_with("<![CDATA["))
        return value;
    while (value.starts_with("<![CDATA[")) {
        const std::size_t end = value.find("]]>");
        joined += value.substr(9, end - 9);
        value = end == std::string::npos ? "" : value.substr(end + 3);
    }
    return joined;
}

std::string xml_element(const std::string& name, const std::string& value)
{
    return "<" + name + "><![CDATA[" + value + "]]></" + name + ">";
}

std::string percent_encode(const std::string& value)
{
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0)
            out += c;
        else {
            out += '%';
            out += "0123456789ABCDEF"[byte / 16];
            out += "0123456789ABCDEF"[byte % 16];
        }
    }
    return out;
}

} // namespace simulator::wecom
