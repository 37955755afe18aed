#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace bot::net {

/// Runs `work` on `pool` and resumes the caller on its own executor; what `work` throws is rethrown there.
/// Its result must be default-constructible. Not cancellable.
template <class F, class R = std::invoke_result_t<F&>>
boost::asio::awaitable<R> run_blocking(boost::asio::thread_pool& pool, F work)
{
    namespace asio = boost::asio;
    auto start = [&pool](auto handler, F job) {
        auto home = asio::make_work_guard(handler);
        asio::post(pool, [handler = std::move(handler), job = std::move(job), home]() mutable {
            std::exception_ptr error;
            R value{};
            try {
                value = job();
            } catch (...) {
                error = std::current_exception();
            }
            auto executor = home.get_executor();
            asio::post(executor,
                       [handler = std::move(handler), error = std::move(error), value = std::move(value),
                        home = std::move(home)]() mutable { std::move(handler)(error, std::move(value)); });
        });
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, R)>(
        start, asio::use_awaitable, std::move(work));
}

} // namespace bot::net
