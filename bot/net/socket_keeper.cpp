#include "bot/net/socket_keeper.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>

namespace bot::net {
namespace {

using std::chrono::milliseconds;

constexpr auto idle_pause = std::chrono::milliseconds(86'400'000);
constexpr auto held_well = std::chrono::seconds(10); ///< a connection that lived so long was a good one

double jitter()
{
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>(1.0, 1.25)(random);
}

} // namespace

milliseconds reconnect_pause(int failures)
{
    constexpr milliseconds first(1'000), last(60'000);
    return std::min(last, first * (1 << std::clamp(failures - 1, 0, 6)));
}

/// What other threads reach. `bell` and `socket` belong to the executor of `run`.
struct SocketKeeper::Shared {
    std::mutex mutex;
    std::optional<asio::any_io_executor> executor;
    std::unique_ptr<Bell> bell;
    std::shared_ptr<WebSocket> socket;
    bool is_stopping = false;

    static void end_connection(const std::shared_ptr<Shared>& self)
    {
        std::optional<asio::any_io_executor> home;
        {
            const std::lock_guard lock(self->mutex);
            home = self->executor;
        }
        if (home)
            asio::post(*home, [self] {
                if (self->socket)
                    self->socket->drop();
                self->bell->ring();
            });
    }

    bool stops()
    {
        const std::lock_guard lock(mutex);
        return is_stopping;
    }
};

SocketKeeper::SocketKeeper(HttpClient& client, Dial dial, Serve serve, OnFailure on_failure)
    : client_(client), dial_(std::move(dial)), serve_(std::move(serve)), on_failure_(std::move(on_failure)),
      shared_(std::make_shared<Shared>())
{
}

void SocketKeeper::stop()
{
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->is_stopping = true;
    }
    Shared::end_connection(shared_);
}

void SocketKeeper::redial()
{
    Shared::end_connection(shared_);
}

asio::awaitable<void> SocketKeeper::run()
{
    auto executor = co_await asio::this_coro::executor;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->bell = std::make_unique<Bell>(executor);
        shared_->executor = executor;
    }
    int failures = 0;
    while (!shared_->stops()) {
        const bool again = co_await try_once(failures);
        if (shared_->stops())
            break;
        if (again)
            co_await rest(reconnect_pause(failures));
        else
            co_await shared_->bell->wait(idle_pause);
    }
}

asio::awaitable<bool> SocketKeeper::try_once(int& failures)
{
    auto request = dial_();
    if (!request)
        co_return false;
    const SocketResult opened = co_await client_.open(std::move(*request));
    if (!opened.socket) {
        ++failures;
        const bool again = on_failure_(opened);
        co_return again;
    }
    if (shared_->stops()) {
        opened.socket->drop();
        co_return false;
    }
    shared_->socket = opened.socket;
    const auto since = std::chrono::steady_clock::now();
    const bool again = co_await serve_(opened.socket);
    shared_->socket.reset();
    opened.socket->drop();
    failures = std::chrono::steady_clock::now() - since >= held_well ? 1 : failures + 1;
    co_return again;
}

asio::awaitable<void> SocketKeeper::rest(milliseconds pause)
{
    const double ms = static_cast<double>(pause.count()) * factor_ * jitter();
    co_await shared_->bell->wait(milliseconds(static_cast<std::int64_t>(ms)));
}

} // namespace bot::net
