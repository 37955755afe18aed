#include "tests/simulator/onebot11/sockets.hpp"

#include "tests/simulator/onebot11/events.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace simulator::onebot11 {
namespace {

using nlohmann::json;
using Kind = Fate::Kind;

constexpr std::chrono::milliseconds handshake_limit{2'000};
constexpr std::chrono::milliseconds longest_hold{50};

void ignore_end(std::exception_ptr) {}

} // namespace

Socket::Socket(asio::io_context& context, World& world, Actions& actions, const Dialect& dialect,
               const Account& account, Plan plan)
    : context_(context), world_(world), actions_(actions), dialect_(dialect), account_(account),
      plan_(std::move(plan)), pause_(context)
{
}

asio::awaitable<void> Socket::run(std::shared_ptr<Socket> self, std::function<void()> first)
{
    while (!self->stopped_) {
        auto client = std::make_shared<WebSocketClient>(self->context_.get_executor());
        self->client_ = client;
        Headers headers{{"X-Self-ID", std::to_string(self->account_.self_id)},
                        {"X-Client-Role", self->plan_.role},
                        {"User-Agent", self->plan_.user_agent}};
        if (!self->plan_.authorization.empty())
            headers.emplace_back("Authorization", self->plan_.authorization);
        ++self->attempts_;
        self->status_ = co_await client->connect(self->plan_.url, std::move(headers), handshake_limit);
        self->open_ = self->status_ == 101;
        if (self->open_)
            ++self->connects_;
        if (first)
            std::exchange(first, nullptr)();
        if (self->open_)
            co_await self->converse(client);
        if (self->plan_.reconnect_ms == 0)
            co_return;
        self->pause_.expires_after(std::chrono::milliseconds(self->plan_.reconnect_ms));
        if (!self->stopped_)
            co_await self->pause_.async_wait(as_values);
    }
}

asio::awaitable<void> Socket::converse(Client client)
{
    if (hears()) {
        client->send(lifecycle_event(account_).dump());
        if (plan_.heartbeat_ms > 0)
            asio::co_spawn(context_, beat(shared_from_this(), client), ignore_end);
    }
    for (;;) {
        const auto text = co_await client->read();
        if (!text)
            break;
        on_frame(client, *text);
    }
    open_ = false;
    held_.clear();
    stalled_.clear();
    closes_.push_back(client->close_code());
    client->reset();
}

asio::awaitable<void> Socket::beat(std::shared_ptr<Socket> self, Client client)
{
    asio::steady_timer timer(self->context_);
    while (self->open_ && self->client_ == client && !self->silent_) {
        client->send(heartbeat_event(self->account_, self->plan_.heartbeat_ms).dump());
        timer.expires_after(std::chrono::milliseconds(self->plan_.heartbeat_ms));
        co_await timer.async_wait(as_values);
    }
}

void Socket::on_frame(Client client, const std::string& text)
{
    const json call = json::parse(text, nullptr, false);
    const bool readable = call.is_object() && call.contains("action") && call["action"].is_string();
    if (!readable || plan_.role == "Event") {
        client->send(refusal(1400, "无法解析的请求"));
        return;
    }
    const json echo = call.value("echo", json());
    const Outcome outcome =
        actions_.perform(call["action"].get<std::string>(), call.value("params", json::object()), "socket");
    answer(std::move(client), outcome.fate, envelope(dialect_, Wire::socket, outcome, echo));
}

void Socket::answer(Client client, const Fate& fate, std::string text)
{
    if (fate.kind == Kind::drop_before || fate.kind == Kind::drop_answer)
        return client->reset();
    auto flight = std::make_shared<Flight>(world_);
    if (fate.kind == Kind::stall || fate.kind == Kind::stall_before)
        return stalled_.push_back(std::move(flight));
    if (fate.delay.count() > 0)
        return later(fate.delay, [client, text, flight] { client->send(text); });
    if (world_.faults.reorder() > 1)
        return hold_back(std::move(client), std::move(text));
    client->send(std::move(text));
}

void Socket::hold_back(Client client, std::string text)
{
    held_.push_back(std::move(text));
    if (held_.size() >= static_cast<std::size_t>(world_.faults.reorder()))
        return release(std::move(client));
    if (held_.size() == 1)
        later(longest_hold, [weak = weak_from_this(), client] {
            if (const auto self = weak.lock(); self && self->client_ == client)
                self->release(client);
        });
}

void Socket::release(Client client)
{
    for (auto text = held_.rbegin(); text != held_.rend(); ++text)
        client->send(std::move(*text));
    held_.clear();
}

void Socket::later(std::chrono::milliseconds delay, std::function<void()> act)
{
    auto timer = std::make_shared<asio::steady_timer>(context_, delay);
    timer->async_wait([timer, act = std::move(act)](error_code ec) {
        if (!ec)
            act();
    });
}

void Socket::send(std::string text)
{
    client_->send(std::move(text));
}

void Socket::cut()
{
    if (client_)
        client_->reset();
}

void Socket::stop()
{
    stopped_ = true;
    pause_.cancel();
    if (client_ && open_)
        client_->close(1000);
}

json Socket::show() const
{
    return {{"url", plan_.url},      {"role", plan_.role},    {"open", open_},    {"status", status_},
            {"attempts", attempts_}, {"connects", connects_}, {"closes", closes_}};
}

} // namespace simulator::onebot11
