#pragma once
#include "bot/core/event.hpp"
#include "bot/core/reply.hpp"
#include "bot/routing/contexts.hpp"
#include "bot/routing/directory.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace handlers {

/// One message on its way through the house.
struct Turn {
    bot::Event event;
    std::string text;                                      ///< what was said, without the bot's name in front
    bool addressed = false;                                ///< @, the name at the start, or a private chat
    std::shared_ptr<const bot::routing::KnownGroup> group; ///< null for a chat that is no known group
    bot::routing::Memory memory;
    std::string home_region; ///< where all groups of the house lie; empty when they share no region
};

/// One ability. Stateless towards a turn; safe from any thread.
class Handler {
public:
    virtual ~Handler() = default;
    /// Whether this message is this ability's; the first that says yes answers. No I/O.
    virtual bool matches(const Turn& turn) const = 0;
    /// The reply, or silence.
    virtual boost::asio::awaitable<std::optional<bot::Reply>> answer(Turn turn) = 0;
};

} // namespace handlers
