#pragma once
#include "bot/doors/tencent/answer.hpp"
#include "bot/net/access_token.hpp"

#include <functional>
#include <span>
#include <string>

namespace bot::doors::tencent {

namespace asio = boost::asio;

/// What one call came to, and what it told beside the errcode.
struct Called {
    SendOutcome outcome;
    std::string body;
};

/// The API of one account: every call carries the borrowed token, which is fetched once for all callers; a
/// call whose token was refused is repeated once with a fresh one. Thread-safe.
class Api {
public:
    /// Gives the request that asks for a token; from any thread.
    using AskToken = std::function<net::ClientRequest()>;
    /// Gives the address before `/cgi-bin/…`; from any thread.
    using Base = std::function<std::string()>;

    Api(net::HttpClient& client, const Clock& clock, std::span<const Code> codes, Base base, AskToken ask);

    /// `path` may carry a query; empty `body`: a GET.
    asio::awaitable<Called> call(std::string path, std::string body);
    asio::awaitable<Called> upload(std::string path, std::string file_name, std::string content_type,
                                   std::string bytes);
    /// The settings changed.
    void forget_token() { token_.forget(); }
    std::int64_t token_left_ms() const { return token_.left_ms(); }

private:
    asio::awaitable<Called> carry(std::string path, net::ClientRequest request);
    asio::awaitable<net::LentToken> fetch();

    net::HttpClient& client_;
    const std::span<const Code> codes_;
    const Base base_;
    const AskToken ask_;
    net::AccessToken token_;
};

} // namespace bot::doors::tencent
