#pragma once
#include "bot/doors/qq/classify.hpp"
#include "bot/doors/qq/send.hpp"
#include "bot/doors/qq/settings.hpp"
#include "bot/net/access_token.hpp"
#include "bot/net/http_client.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace bot::doors::qq {

namespace asio = boost::asio;

/// Calls to the platform with the bot's token. Thread-safe.
class Api {
public:
    using Current = std::function<std::shared_ptr<const Settings>()>;

    Api(net::HttpClient& client, const Clock& clock, Current settings);

    /// Sends one message. A refused token is replaced once; a lost answer to a reply is asked for once more
    /// under the same pair of message and number, which the platform takes only once; Markdown that the bot
    /// may not write leaves as text.
    asio::awaitable<SendOutcome> send(Part part);
    asio::awaitable<void> acknowledge(std::string interaction);

    /// The settings changed.
    void forget_token();
    std::int64_t token_left_ms() const { return token_.left_ms(); }

private:
    asio::awaitable<SendOutcome> send_once(Part part);
    asio::awaitable<Answer> call(Call call, std::string token);
    asio::awaitable<Answer> exchange(net::ClientRequest request);
    asio::awaitable<net::LentToken> fetch_token();

    net::HttpClient& client_;
    const Current settings_;
    net::AccessToken token_;
    std::atomic<bool> no_markdown_{false};
};

} // namespace bot::doors::qq
