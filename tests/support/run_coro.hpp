#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace testing_support {

/// LASTMETER_PATIENCE is 1, and more under sanitizers.
inline constexpr std::chrono::seconds patience{20 * LASTMETER_PATIENCE};

/// Runs `body` on `context` until it ends; rethrows what it threw, fails when it takes longer than `limit`.
template <class T>
T run_coro(boost::asio::io_context& context, boost::asio::awaitable<T> body,
           std::chrono::seconds limit = patience)
{
    std::exception_ptr error;
    std::optional<T> value;
    boost::asio::co_spawn(context, std::move(body), [&](std::exception_ptr thrown, T result) {
        error = thrown;
        value.emplace(std::move(result));
        context.stop();
    });
    context.restart();
    context.run_for(limit);
    if (error)
        std::rethrow_exception(error);
    if (!value)
        throw std::runtime_error("the coroutine did not end in time");
    return std::move(*value);
}

inline void run_coro(boost::asio::io_context& context, boost::asio::awaitable<void> body,
                     std::chrono::seconds limit = patience)
{
    std::exception_ptr error;
    bool ended = false;
    boost::asio::co_spawn(context, std::move(body), [&](std::exception_ptr thrown) {
        error = thrown;
        ended = true;
        context.stop();
    });
    context.restart();
    context.run_for(limit);
    if (error)
        std::rethrow_exception(error);
    if (!ended)
        throw std::runtime_error("the coroutine did not end in time");
}

} // namespace testing_support
