#pragma once
#include "bot/core/door.hpp"

#include <string>

namespace bot::doors::manual {

/// Groups that no program reaches: an organizer copies the text, pastes it and ticks it off. Hears nothing,
/// sends nothing, needs no network.
class ManualDoor final : public Door {
public:
    explicit ManualDoor(std::string account);

    const std::string& account() const override { return account_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    /// Nothing ever leaves by itself: what waits is for a person.
    asio::awaitable<SendOutcome> send(Outgoing message) override;

private:
    const std::string account_;
    Capabilities capabilities_;
};

} // namespace bot::doors::manual
