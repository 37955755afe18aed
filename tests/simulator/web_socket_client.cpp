#include "tests/simulator/web_socket_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>

namespace simulator {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;

namespace {

void ignore_end(std::exception_ptr) {}

} // namespace

struct WebSocketClient::Impl : std::enable_shared_from_this<Impl> {
    explicit Impl(asio::any_io_executor executor) : socket(executor) {}

    asio::awaitable<unsigned> connect(std::string url, Headers headers, std::chrono::milliseconds timeout)
    {
        const Address address = parse_address(url);
        tcp::resolver resolver(socket.get_executor());
        auto [resolve_ec, endpoints] = co_await resolver.async_resolve(address.host, address.port, as_values);
        auto& lowest = beast::get_lowest_layer(socket);
        lowest.expires_after(timeout);
        auto [connect_ec, endpoint] = co_await lowest.async_connect(endpoints, as_values);
        if (resolve_ec || connect_ec)
            co_return 0U;
        error_code ignored;
        lowest.socket().set_option(tcp::no_delay(true), ignored);
        lowest.expires_never();
        auto decorate = [headers](websocket::request_type& request) {
            for (const auto& [name, value] : headers)
                request.set(name, value);
        };
        websocket::stream_base::decorator decorator(decorate);
        socket.set_option(std::move(decorator));
        websocket::stream_base::timeout limits{timeout, websocket::stream_base::none(), false};
        socket.set_option(limits);
        socket.text(true);
        websocket::response_type response;
        const std::string host = address.host + ":" + address.port;
        auto [ec] = co_await socket.async_handshake(response, host, address.target, as_values);
        if (ec && ec != websocket::error::upgrade_declined)
            co_return 0U;
        co_return response.result_int();
    }

    static asio::awaitable<void> write_all(std::shared_ptr<Impl> self)
    {
        error_code failed;
        while (!self->queue.empty() && !failed) {
            const std::string text = std::move(self->queue.front());
            self->queue.pop_front();
            auto [ec, n] = co_await self->socket.async_write(asio::buffer(text), as_values);
            failed = ec;
        }
        self->writing = false;
    }

    static asio::awaitable<void> say_goodbye(std::shared_ptr<Impl> self, unsigned code)
    {
        websocket::close_reason reason(static_cast<websocket::close_code>(code));
        co_await self->socket.async_close(reason, as_values);
    }

    websocket::stream<beast::tcp_stream> socket;
    beast::flat_buffer buffer;
    std::deque<std::string> queue;
    bool writing = false;
};

WebSocketClient::WebSocketClient(asio::any_io_executor executor)
    : impl_(std::make_shared<Impl>(std::move(executor)))
{
}

WebSocketClient::~WebSocketClient()
{
    reset();
}

asio::awaitable<unsigned> WebSocketClient::connect(std::string url, Headers headers,
                                                   std::chrono::milliseconds timeout)
{
    return impl_->connect(std::move(url), std::move(headers), timeout);
}

asio::awaitable<std::optional<std::string>> WebSocketClient::read()
{
    auto impl = impl_;
    impl->buffer.clear();
    auto [ec, n] = co_await impl->socket.async_read(impl->buffer, as_values);
    std::optional<std::string> text;
    if (!ec)
        text = beast::buffers_to_string(impl->buffer.data());
    co_return text;
}

void WebSocketClient::send(std::string text)
{
    impl_->queue.push_back(std::move(text));
    if (impl_->writing)
        return;
    impl_->writing = true;
    asio::co_spawn(impl_->socket.get_executor(), Impl::write_all(impl_), ignore_end);
}

void WebSocketClient::close(unsigned code)
{
    asio::co_spawn(impl_->socket.get_executor(), Impl::say_goodbye(impl_, code), ignore_end);
}

void WebSocketClient::reset()
{
    auto& socket = beast::get_lowest_layer(impl_->socket).socket();
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

unsigned WebSocketClient::close_code() const
{
    return impl_->socket.reason().code;
}

} // namespace simulator
