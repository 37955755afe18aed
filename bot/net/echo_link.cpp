#include "bot/net/echo_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace bot::net {
namespace {

void ignore_end(std::exception_ptr) {}

} // namespace

asio::awaitable<LinkAnswer> EchoLink::call(Frame frame, std::chrono::milliseconds timeout)
{
    auto start_call = [timeout](auto handler, const std::shared_ptr<EchoLink>& self, Frame one) {
        auto home = asio::make_work_guard(handler);
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        Done done = [kept, home](LinkAnswer answer) {
            asio::post(home.get_executor(), [kept, home, answer = std::move(answer)]() mutable {
                std::move (*kept)(std::move(answer));
            });
        };
        auto executor = self->socket_->executor();
        asio::post(executor, [self, one = std::move(one), timeout, done = std::move(done)]() mutable {
            self->start(one, timeout, std::move(done));
        });
    };
    auto self = shared_from_this();
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(LinkAnswer)>(
        start_call, asio::use_awaitable, std::move(self), std::move(frame));
}

void EchoLink::start(const Frame& frame, std::chrono::milliseconds timeout, Done done)
{
    const std::string echo = "e-" + std::to_string(++next_echo_);
    Waiting waiting;
    waiting.done = std::move(done);
    waiting.deadline = std::make_unique<asio::steady_timer>(socket_->executor(), timeout);
    waiting.deadline->async_wait([self = shared_from_this(), echo](error_code ec) {
        if (!ec)
            self->finish(echo, {LinkAnswer::Arrival::lost, {}});
    });
    waiting_.emplace(echo, std::move(waiting));
    asio::co_spawn(socket_->executor(), write(shared_from_this(), echo, frame(echo)), ignore_end);
}

asio::awaitable<void> EchoLink::write(std::shared_ptr<EchoLink> self, std::string echo, std::string text)
{
    const auto sent = co_await self->socket_->send(std::move(text));
    if (sent)
        co_return;
    LinkAnswer answer;
    const bool never_left =
        sent.error() == make_error_code(Errc::closed) || sent.error() == make_error_code(Errc::too_large);
    answer.arrival = never_left ? LinkAnswer::Arrival::refused : LinkAnswer::Arrival::lost;
    self->finish(echo, std::move(answer));
}

bool EchoLink::deliver(const std::string& echo, std::string body)
{
    if (!waiting_.contains(echo))
        return false;
    finish(echo, {LinkAnswer::Arrival::answered, std::move(body)});
    return true;
}

void EchoLink::finish(const std::string& echo, LinkAnswer answer)
{
    const auto found = waiting_.find(echo);
    if (found == waiting_.end())
        return;
    Done done = std::move(found->second.done);
    waiting_.erase(found);
    done(std::move(answer));
}

void EchoLink::fail_all()
{
    while (!waiting_.empty())
        finish(std::string(waiting_.begin()->first), {LinkAnswer::Arrival::lost, {}});
    liveness_.reset();
}

void EchoLink::abandon()
{
    const auto self = shared_from_this();
    const auto waiting = std::exchange(waiting_, {});
    liveness_.reset();
}

void EchoLink::expect_sign_within(std::chrono::milliseconds limit)
{
    if (!liveness_)
        liveness_ = std::make_unique<asio::steady_timer>(socket_->executor());
    liveness_->expires_after(limit);
    liveness_->async_wait([weak = weak_from_this()](error_code ec) {
        const auto self = weak.lock();
        if (ec || !self)
            return;
        spdlog::warn("event=peer_silent");
        asio::co_spawn(self->socket_->executor(), close(self, 1001, "no heartbeat"), ignore_end);
    });
}

void EchoLink::retire()
{
    asio::co_spawn(socket_->executor(), close(shared_from_this(), 1000, "replaced by a newer connection"),
                   ignore_end);
}

asio::awaitable<void> EchoLink::close(std::shared_ptr<EchoLink> self, unsigned code, std::string reason)
{
    co_await self->socket_->close(code, std::move(reason));
}

} // namespace bot::net
