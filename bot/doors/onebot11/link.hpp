#pragma once
#include "bot/doors/onebot11/send.hpp"
#include "bot/doors/onebot11/sign.hpp"
#include "bot/net/echo_link.hpp"

#include <memory>
#include <string>

namespace bot::doors::onebot11 {

namespace asio = boost::asio;

/// What came back for one call.
struct Answer {
    Transport transport = Transport::lost;
    unsigned status = 0;
    std::string body;
};

/// One WebSocket of an implementation, and what goes over it.
class Link final : public net::EchoLink {
public:
    Link(std::shared_ptr<net::WebSocket> socket, Role role) : EchoLink(std::move(socket)), role_(role) {}

    Role role() const { return role_; }
    /// See `EchoLink::call`.
    asio::awaitable<Answer> perform(Call call, std::chrono::milliseconds timeout);

private:
    const Role role_;
};

} // namespace bot::doors::onebot11
