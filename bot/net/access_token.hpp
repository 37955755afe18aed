#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/reply.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bot::net {

namespace asio = boost::asio;

/// What a platform said when it was asked for a token: a value that is good for a while, or why there is
/// none.
struct LentToken {
    std::string value;            ///< empty: see `trouble`
    std::int64_t lifetime_ms = 0; ///< from now on
    SendOutcome trouble;
};

/// A token that a platform lends for a while and that all calls of an account share. Whoever needs it first
/// fetches it, the others wait for that one fetch; it is renewed before it ends, and while a renewal fails
/// the old one serves until its end. Thread-safe; `get` may be awaited from any executor and resumes there.
class AccessToken {
public:
    using Fetch = std::function<asio::awaitable<LentToken>()>; ///< never throws for a platform's sake

    /// `renew_before_ms`: so long before its end the token counts as old.
    AccessToken(const Clock& clock, std::int64_t renew_before_ms, Fetch fetch);
    /// Calls that still wait are forgotten; no loop may run any more.
    ~AccessToken();
    AccessToken(const AccessToken&) = delete;
    AccessToken& operator=(const AccessToken&) = delete;

    asio::awaitable<LentToken> get();
    /// The platform refused this value: unless it was replaced already, the next `get` fetches.
    void refused(const std::string& value);
    /// Forgets everything: the settings changed.
    void forget();
    /// How long the current value is still good; 0 = there is none.
    std::int64_t left_ms() const;

private:
    struct State;
    struct Look; ///< what a caller found
    asio::awaitable<LentToken> fetch(std::shared_ptr<Look> look);
    asio::awaitable<std::optional<LentToken>> wait();

    const Clock& clock_;
    const std::int64_t renew_before_ms_;
    const Fetch fetch_;
    std::unique_ptr<State> state_;
};

} // namespace bot::net
