#pragma once
#include "bot/routing/intake.hpp"
#include "handlers/handler.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace handlers {

/// Event → reply: intake, then the first ability that says the message is its own. Safe from any thread.
class Registry {
public:
    /// Told what intake made of each event; must be quick.
    using OnVerdict = std::function<void(bot::routing::Verdict)>;
    using OnNotice = std::function<boost::asio::awaitable<void>(bot::Event)>;

    Registry(bot::routing::Intake& intake, const bot::routing::Contexts& contexts,
             const bot::routing::Directory& directory, std::vector<std::string> names,
             std::vector<std::unique_ptr<Handler>> abilities, OnNotice on_notice, OnVerdict on_verdict = {});

    boost::asio::awaitable<std::optional<bot::Reply>> handle(bot::Event event);

private:
    Turn turn_of(bot::Event event) const;

    bot::routing::Intake& intake_;
    const bot::routing::Contexts& contexts_;
    const bot::routing::Directory& directory_;
    const std::vector<std::string> names_;
    const std::vector<std::unique_ptr<Handler>> abilities_;
    const OnNotice on_notice_;
    const OnVerdict on_verdict_;
};

} // namespace handlers
