#include "bot/doors/manual/door.hpp"

#include <limits>

namespace bot::doors::manual {

ManualDoor::ManualDoor(std::string account) : account_(std::move(account))
{
    capabilities_.label = "人工转发的群（复制、粘贴、打勾）";
    capabilities_.hears_all = false;
    capabilities_.push = PushMode::manual;
    capabilities_.text_limit = std::numeric_limits<std::size_t>::max(); // one text to copy, however long
}

AccountHealth ManualDoor::health() const
{
    AccountHealth health;
    health.connected = true;
    health.detail = "由组织员复制转发";
    return health;
}

asio::awaitable<SendOutcome> ManualDoor::send(Outgoing)
{
    SendOutcome outcome;
    outcome.action = SendAction::window_closed;
    outcome.scope = Scope::chat;
    outcome.reason = "等组织员复制转发并打勾";
    co_return outcome;
}

} // namespace bot::doors::manual
