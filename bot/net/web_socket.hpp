#pragma once
#include "bot/net/http.hpp"
#include "bot/net/tokens.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>

/// Either end of a WebSocket, over a plain or a TLS stream. Included by this room only.
namespace bot::net {

template <class Stream> class StreamSocket final : public WebSocket {
public:
    StreamSocket(Stream stream, std::size_t most_bytes, boost::beast::role_type role)
        : socket_(std::move(stream))
    {
        namespace websocket = boost::beast::websocket;
        socket_.read_message_max(most_bytes);
        socket_.set_option(websocket::stream_base::timeout::suggested(role));
        socket_.text(true);
    }

    /// The server's end.
    template <class Request> asio::awaitable<bool> accept(const Request& request, std::string subprotocol)
    {
        namespace websocket = boost::beast::websocket;
        if (!subprotocol.empty())
            socket_.set_option(websocket::stream_base::decorator([subprotocol](auto& response) {
                response.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
            }));
        auto [ec] = co_await socket_.async_accept(request, as_values);
        co_return !ec;
    }

    /// The client's end. `status`, `subprotocol`: what the server answered.
    asio::awaitable<error_code> greet(std::string host, std::string target, Headers headers, unsigned& status,
                                      std::string& subprotocol)
    {
        namespace websocket = boost::beast::websocket;
        socket_.set_option(websocket::stream_base::decorator([headers](websocket::request_type& request) {
            for (const auto& [name, value] : headers)
                request.set(name, value);
        }));
        websocket::response_type response;
        auto [ec] = co_await socket_.async_handshake(response, host, target, as_values);
        status = response.result_int();
        subprotocol = std::string(response[boost::beast::http::field::sec_websocket_protocol]);
        co_return ec;
    }

    asio::any_io_executor executor() override { return socket_.get_executor(); }

    asio::awaitable<Result<std::string>> receive() override
    {
        buffer_.clear();
        auto [ec, n] = co_await socket_.async_read(buffer_, as_values);
        if (ec)
            co_return ec;
        std::string text(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
        co_return text;
    }

    asio::awaitable<Result<void>> send(std::string text) override
    {
        if (!socket_.is_open())
            co_return make_error_code(Errc::closed);
        if (queue_.size() >= most_queued)
            co_return make_error_code(Errc::too_large);
        queue_.push_back(std::move(text));
        if (writing_)
            co_return Result<void>();
        writing_ = true;
        error_code failed;
        while (!queue_.empty() && !failed) {
            const std::string message = std::move(queue_.front());
            queue_.pop_front();
            auto [ec, n] = co_await socket_.async_write(asio::buffer(message), as_values);
            failed = ec;
        }
        writing_ = false;
        if (failed)
            co_return failed;
        co_return Result<void>();
    }

    asio::awaitable<void> close(unsigned code, std::string reason) override
    {
        if (!socket_.is_open())
            co_return;
        boost::beast::websocket::close_reason why(static_cast<boost::beast::websocket::close_code>(code),
                                                  reason);
        co_await socket_.async_close(why, as_values);
    }

    unsigned close_code() const override { return socket_.reason().code; }

    void drop() override { boost::beast::get_lowest_layer(socket_).close(); }

private:
    static constexpr std::size_t most_queued = 1024;

    boost::beast::websocket::stream<Stream> socket_;
    boost::beast::flat_buffer buffer_;
    std::deque<std::string> queue_;
    bool writing_ = false;
};

} // namespace bot::net
