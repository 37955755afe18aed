#pragma once
#include "bot/net/http.hpp"

namespace bot::net {

/// What answers at `/hooks/{account}`. Both may be awaited from any executor; neither throws for what a peer
/// sent.
class Hook {
public:
    virtual ~Hook() = default;
    /// A platform's report or its verification of the address.
    virtual asio::awaitable<HttpResponse> receive(HttpRequest request) = 0;
    /// A platform that connects to us by WebSocket. Unless overridden: 404.
    virtual asio::awaitable<UpgradeDecision> upgrade(HttpRequest request);
};

} // namespace bot::net
