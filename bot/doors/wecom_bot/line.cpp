#include "bot/doors/wecom_bot/line.hpp"

#include "bot/core/json.hpp"
#include "bot/doors/tencent/crypto.hpp"
#include "bot/doors/wecom_bot/send.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace bot::doors::wecom_bot {
namespace {

using nlohmann::json;
using tencent::Answer;
using tencent::Transport;

constexpr int most_silent_pings = 2;

void ignore_end(std::exception_ptr) {}

std::string text_of(const json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

Line::Line(net::HttpClient& client, GetSettings settings, OnCallback on_callback)
    : settings_(std::move(settings)), on_callback_(std::move(on_callback)),
      keeper_(
          client,
          [this]() -> std::optional<net::SocketRequest> {
              net::SocketRequest request;
              request.url = settings_().url;
              return request.url.empty() ? std::nullopt : std::optional(std::move(request));
          },
          [this](std::shared_ptr<net::WebSocket> socket) { return serve(std::move(socket)); },
          [this](const net::SocketResult&) {
              set_trouble("长连接连不上平台，过一会儿自动再连");
              return true;
          })
{
}

asio::awaitable<void> Line::run()
{
    auto executor = co_await asio::this_coro::executor;
    {
        const std::lock_guard lock(mutex_);
        bell_ = std::make_shared<net::Bell>(executor);
        home_ = executor;
    }
    co_await keeper_.run();
}

void Line::stop()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (home_)
            asio::post(*home_, [bell = bell_] { bell->ring(); });
    }
    keeper_.stop();
}

void Line::redial()
{
    {
        const std::lock_guard lock(mutex_);
        is_locked_out_ = is_taken_over_ = false;
        trouble_.clear();
        if (home_)
            asio::post(*home_, [bell = bell_] { bell->ring(); });
    }
    keeper_.redial();
}

bool Line::is_open() const
{
    const std::lock_guard lock(mutex_);
    return socket_ && is_subscribed_;
}

std::string Line::trouble() const
{
    const std::lock_guard lock(mutex_);
    return trouble_;
}

void Line::set_trouble(std::string words)
{
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(words);
}

void Line::yield_to_newer()
{
    std::shared_ptr<net::WebSocket> socket;
    {
        const std::lock_guard lock(mutex_);
        is_taken_over_ = true;
        trouble_ = "别的节点接走了长连接，这里先待命";
        socket = socket_;
    }
    if (socket)
        asio::post(socket->executor(), [socket] { socket->drop(); });
}

std::string Line::new_request_id()
{
    const std::lock_guard lock(mutex_);
    return "r-" + std::to_string(++next_request_) + "-" + tencent::to_hex(tencent::random16()).substr(0, 12);
}

/// Owns the connection until it ends.
asio::awaitable<bool> Line::serve(std::shared_ptr<net::WebSocket> socket)
{
    {
        const std::lock_guard lock(mutex_);
        socket_ = socket;
        is_subscribed_ = is_taken_over_ = false;
    }
    auto executor = socket->executor();
    asio::co_spawn(executor, subscribe(socket), ignore_end);
    asio::co_spawn(executor, keep_alive(socket), ignore_end);
    for (;;) {
        auto text = co_await socket->receive();
        if (!text)
            break;
        take_frame(*text);
    }
    bool stands_by = false, again = true;
    {
        const std::lock_guard lock(mutex_);
        socket_.reset();
        is_subscribed_ = false;
        stands_by = is_taken_over_ && !stopping_;
        again = !is_locked_out_;
        if (trouble_.empty())
            trouble_ = "长连接断了，过一会儿自动再连";
    }
    end_all();
    spdlog::info("event=disconnected door=wecom-bot stands_by={}", stands_by);
    if (stands_by)
        co_await bell_->wait(settings_().stand_by);
    co_return again;
}

asio::awaitable<void> Line::subscribe(std::shared_ptr<net::WebSocket> socket)
{
    const LineSettings settings = settings_();
    const std::string request_id = new_request_id();
    const Answer answer =
        co_await call(subscribe_frame(request_id, settings.bot_id, settings.secret), request_id);
    const SendOutcome outcome = tencent::classify(answer, tencent::company_codes());
    if (outcome.delivered()) {
        const std::lock_guard lock(mutex_);
        is_subscribed_ = socket_ == socket;
        trouble_.clear();
        spdlog::info("event=connected door=wecom-bot");
        co_return;
    }
    spdlog::warn("event=subscribe_failed door=wecom-bot words=\"{}\"", outcome.platform_words);
    {
        const std::lock_guard lock(mutex_);
        is_locked_out_ = outcome.action == SendAction::operator_;
        trouble_ = outcome.reason;
    }
    socket->drop();
}

asio::awaitable<void> Line::keep_alive(std::shared_ptr<net::WebSocket> socket)
{
    int silent = 0;
    const LineSettings settings = settings_();
    asio::steady_timer timer(socket->executor());
    for (;;) {
        timer.expires_after(settings.ping_every);
        co_await timer.async_wait(net::as_values);
        {
            const std::lock_guard lock(mutex_);
            if (socket_ != socket || stopping_)
                co_return;
        }
        const std::string request_id = new_request_id();
        const Answer answer = co_await call(ping_frame(request_id), request_id);
        silent = answer.transport == Transport::answered ? 0 : silent + 1;
        if (silent >= most_silent_pings) {
            spdlog::warn("event=peer_silent door=wecom-bot");
            socket->drop();
            co_return;
        }
    }
}

asio::awaitable<Answer> Line::call(std::string frame, std::string request_id)
{
    const Waiting waiting = std::make_shared<tencent::Promised<Answer>>();
    std::shared_ptr<net::WebSocket> socket;
    Answer answer;
    {
        const std::lock_guard lock(mutex_);
        socket = socket_;
        if (socket)
            waiting_[request_id] = waiting;
    }
    if (!socket) {
        answer.transport = Transport::refused;
        co_return answer;
    }
    asio::co_spawn(socket->executor(), write(socket, std::move(frame), waiting), ignore_end);
    const bool is_there = co_await waiting->wait(settings_().answer_within);
    if (is_there)
        answer = waiting->value();
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(request_id);
    if (found != waiting_.end() && found->second == waiting)
        waiting_.erase(found);
    co_return answer;
}

asio::awaitable<void> Line::write(std::shared_ptr<net::WebSocket> socket, std::string text, Waiting waiting)
{
    const auto sent = co_await socket->send(std::move(text));
    if (sent)
        co_return;
    Answer answer;
    const bool never_left =
        sent.error() == make_error_code(Errc::closed) || sent.error() == make_error_code(Errc::too_large);
    answer.transport = never_left ? Transport::refused : Transport::lost;
    waiting->give(std::move(answer));
}

void Line::take_frame(const std::string& text)
{
    const json payload = json_or_null(text);
    const auto headers = payload.is_object() ? payload.find("headers") : payload.end();
    const std::string request_id = headers != payload.end() ? text_of(*headers, "req_id") : std::string();
    const std::string command = text_of(payload, "cmd");
    if (command == "aibot_msg_callback" || command == "aibot_event_callback") {
        const auto body = payload.find("body");
        if (body != payload.end())
            on_callback_(command, request_id, *body);
        return;
    }
    if (!tencent::errcode_of(payload))
        return;
    Waiting waiting;
    {
        const std::lock_guard lock(mutex_);
        const auto found = waiting_.find(request_id);
        if (found != waiting_.end()) {
            waiting = found->second;
            waiting_.erase(found);
        }
    }
    if (waiting)
        waiting->give({Transport::answered, 200, text});
}

void Line::end_all()
{
    std::map<std::string, Waiting> waiting;
    {
        const std::lock_guard lock(mutex_);
        waiting = std::exchange(waiting_, {});
    }
    for (const auto& [request_id, one] : waiting)
        one->give({Transport::lost, 0, {}});
}

} // namespace bot::doors::wecom_bot
