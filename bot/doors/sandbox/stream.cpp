#include "bot/doors/sandbox/stream.hpp"

#include "bot/net/tokens.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>

namespace bot::doors::sandbox {
namespace {
constexpr auto keep_alive =
    std::chrono::seconds(3); // a stopping server or a page that left is noticed no later
} // namespace

/// Sleeps until something changes. The timer is touched on its own executor only.
struct Streams::Reader {
    std::optional<asio::steady_timer> timer;
    std::int64_t seen = 0; ///< number of the last line written
    std::string head;      ///< as last written
};

Streams::Streams(const ChatLog& log, Write write, Head head)
    : log_(log), write_(std::move(write)), head_(std::move(head))
{
}

net::HttpResponse Streams::open(std::int64_t after)
{
    net::HttpResponse response;
    response.content_type = "text/event-stream";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Accel-Buffering", "no");
    auto reader = std::make_shared<Reader>();
    reader->seen = after;
    response.stream = [this, reader] { return next_piece(reader); };
    return response;
}

void Streams::wake()
{
    const std::lock_guard lock(mutex_);
    for (const auto& weak : readers_)
        if (auto reader = weak.lock()) {
            auto executor = reader->timer->get_executor();
            asio::post(executor, [reader] { reader->timer->cancel(); });
        }
}

asio::awaitable<std::string> Streams::next_piece(std::shared_ptr<Reader> reader)
{
    if (!reader->timer) {
        auto executor = co_await asio::this_coro::executor;
        reader->timer.emplace(executor);
        const std::lock_guard lock(mutex_);
        std::erase_if(readers_, [](const auto& one) { return one.expired(); });
        readers_.push_back(reader);
    }
    reader->timer->expires_after(keep_alive);
    if (head_() == reader->head && log_.last_number() <= reader->seen)
        co_await reader->timer->async_wait(net::as_values);
    std::string piece;
    std::string head = head_();
    if (head != reader->head)
        piece = "event: head\ndata: " + head + "\n\n";
    reader->head = std::move(head);
    for (const Line& line : log_.after(reader->seen)) {
        piece += "id: " + std::to_string(line.number) + "\ndata: " + write_(line) + "\n\n";
        reader->seen = line.number;
    }
    if (piece.empty())
        piece = ": still here\n\n";
    co_return piece;
}

} // namespace bot::doors::sandbox
