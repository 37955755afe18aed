#pragma once
#include "bot/net/tokens.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace bot::net {

/// A rest that can be cut short; a ring while nobody rests ends the next one at once. For one sleeper, on one
/// executor.
class Bell {
public:
    explicit Bell(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    void ring()
    {
        rung_ = true;
        timer_.cancel();
    }

    boost::asio::awaitable<void> wait(std::chrono::milliseconds most)
    {
        if (!rung_) {
            timer_.expires_after(most);
            co_await timer_.async_wait(as_values);
        }
        rung_ = false;
    }

private:
    boost::asio::steady_timer timer_;
    bool rung_ = false;
};

} // namespace bot::net
