#pragma once
#include "bot/net/tokens.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace bot::doors::tencent {

namespace asio = boost::asio;

/// A value that is still to come and for which several may wait, each on its own executor and no longer than
/// it likes. Thread-safe.
template <class T> class Promised {
public:
    void give(T value)
    {
        std::vector<std::shared_ptr<asio::steady_timer>> waiting;
        {
            const std::lock_guard lock(mutex_);
            value_ = std::move(value);
            given_ = true;
            waiting = std::exchange(waiting_, {});
        }
        for (const auto& timer : waiting)
            asio::post(timer->get_executor(), [timer] { timer->cancel(); });
    }

    /// True when it is there.
    asio::awaitable<bool> wait(std::chrono::milliseconds most)
    {
        auto executor = co_await asio::this_coro::executor;
        auto timer = std::make_shared<asio::steady_timer>(executor, most);
        {
            const std::lock_guard lock(mutex_);
            if (given_)
                co_return true;
            waiting_.push_back(timer);
        }
        co_await timer->async_wait(net::as_values);
        const std::lock_guard lock(mutex_);
        std::erase(waiting_, timer);
        co_return given_;
    }

    bool is_given() const
    {
        const std::lock_guard lock(mutex_);
        return given_;
    }

    /// As it was made before it is given.
    T value() const
    {
        const std::lock_guard lock(mutex_);
        return value_;
    }

private:
    mutable std::mutex mutex_;
    bool given_ = false;
    T value_{};
    std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

} // namespace bot::doors::tencent
