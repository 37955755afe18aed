#include "bot/doors/onebot12/sign.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>

namespace bot::doors::onebot12 {
namespace {

constexpr std::string_view version = "12.";

bool same(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// The token behind `Bearer`, whatever the case of that word; empty for another scheme.
std::string_view bearer_of(std::string_view header)
{
    constexpr std::string_view scheme = "bearer ";
    if (header.size() < scheme.size())
        return {};
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if (std::tolower(static_cast<unsigned char>(header[i])) != scheme[i])
            return {};
    return header.substr(scheme.size());
}

/// The first of the offered subprotocols that is ours; empty when none is.
std::string_view choose(std::string_view offered)
{
    while (!offered.empty()) {
        const std::size_t comma = std::min(offered.find(','), offered.size());
        std::string_view one = offered.substr(0, comma);
        while (!one.empty() && one.front() == ' ')
            one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ')
            one.remove_suffix(1);
        if (one.starts_with(version) && one.size() > version.size())
            return one;
        offered.remove_prefix(std::min(comma + 1, offered.size()));
    }
    return {};
}

} // namespace

error_code check_token(std::string_view token, const net::Headers& headers, std::string_view query)
{
    if (token.empty())
        return {};
    std::string given(bearer_of(net::header(headers, "Authorization")));
    if (given.empty())
        given = net::form_value(query, "access_token").value_or("");
    if (given.empty())
        return make_error_code(Errc::missing_credential);
    return same(given, token) ? error_code() : make_error_code(Errc::bad_credential);
}

Result<Handshake> check_handshake(std::string_view token, const net::Headers& headers, std::string_view query)
{
    if (const error_code ec = check_token(token, headers, query))
        return ec;
    const std::string_view chosen = choose(net::header(headers, "Sec-WebSocket-Protocol"));
    if (chosen.empty())
        return make_error_code(Errc::bad_payload);
    return Handshake{std::string(chosen.substr(version.size())), std::string(chosen)};
}

} // namespace bot::doors::onebot12
