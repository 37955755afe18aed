#include "bot/doors/onebot11/sign.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace bot::doors::onebot11 {
namespace {

bool same(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string lower(std::string_view text)
{
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lowered;
}

} // namespace

std::string signature(std::string_view secret, std::string_view body)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
    static constexpr char hex[] = "0123456789abcdef";
    std::string text = "sha1=";
    for (unsigned i = 0; i < size; ++i) {
        text += hex[digest[i] >> 4U];
        text += hex[digest[i] & 15U];
    }
    return text;
}

error_code check_signature(std::string_view secret, std::string_view body, std::string_view header)
{
    if (secret.empty())
        return {};
    if (header.empty())
        return make_error_code(Errc::missing_credential);
    return same(signature(secret, body), header) ? error_code() : make_error_code(Errc::bad_credential);
}

Result<Handshake> check_handshake(std::string_view token, const net::Headers& headers, std::string_view query)
{
    if (!token.empty()) {
        std::string given(net::header(headers, "Authorization"));
        const std::size_t blank = given.find(' ');
        const std::string scheme = lower(std::string_view(given).substr(0, blank));
        given = blank == std::string::npos || (scheme != "bearer" && scheme != "token")
                    ? ""
                    : given.substr(blank + 1);
        if (given.empty())
            given = net::form_value(query, "access_token").value_or("");
        if (given.empty())
            return make_error_code(Errc::missing_credential);
        if (!same(given, token))
            return make_error_code(Errc::bad_credential);
    }
    Handshake handshake;
    const std::string role = lower(net::header(headers, "X-Client-Role"));
    if (role == "api")
        handshake.role = Role::api;
    else if (role == "event")
        handshake.role = Role::event;
    else if (!role.empty() && role != "universal")
        return make_error_code(Errc::bad_payload);
    handshake.self_id = std::string(net::header(headers, "X-Self-ID"));
    return handshake;
}

} // namespace bot::doors::onebot11
