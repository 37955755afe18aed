#include "tests/simulator/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <set>
#include <stdexcept>

namespace simulator {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint64_t most_body = 8 * 1024 * 1024;

tcp::endpoint parse_endpoint(const std::string& text)
{
    const std::size_t colon = text.rfind(':');
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    if (colon == std::string::npos || std::from_chars(text.data() + colon + 1, end, port).ptr != end)
        throw std::invalid_argument("--listen: write 127.0.0.1:0");
    return {asio::ip::make_address(text.substr(0, colon)), port};
}

Request to_request(http::request<http::string_body>& message)
{
    Request request;
    request.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = std::string(target.substr(0, mark));
    request.query = std::string(target.substr(std::min(mark + 1, target.size())));
    for (const auto& field : message)
        request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    request.body = std::move(message.body());
    return request;
}

void reset(tcp::socket& socket)
{
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

struct Peer {
    explicit Peer(tcp::socket one) : socket(std::move(one)) {}
    tcp::socket socket;
    beast::flat_buffer buffer;
    bool controls = false;
};

} // namespace

struct HttpServer::Impl {
    Impl(asio::io_context& one, const std::string& listen, Serve what)
        : context(one), serve(std::move(what)), guard(one), acceptor(one), again(one)
    {
        const tcp::endpoint endpoint = parse_endpoint(listen);
        guard.open(endpoint.protocol());
        guard.set_option(tcp::socket::reuse_address(true));
        guard.bind(endpoint);
        start_listening();
    }

    void start_listening()
    {
        const tcp::endpoint endpoint = guard.local_endpoint();
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen(1024);
        asio::co_spawn(context, accept_loop(), rethrow);
    }

    static void rethrow(std::exception_ptr error)
    {
        if (error)
            std::rethrow_exception(error);
    }

    asio::awaitable<void> accept_loop()
    {
        while (acceptor.is_open()) {
            auto [ec, socket] = co_await acceptor.async_accept(as_values);
            if (ec == asio::error::operation_aborted)
                co_return;
            if (ec)
                continue;
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            ++ever;
            auto peer = std::make_shared<Peer>(std::move(socket));
            peers.insert(peer);
            asio::co_spawn(context, converse(peer), [this, peer](std::exception_ptr) { peers.erase(peer); });
        }
    }

    asio::awaitable<void> converse(std::shared_ptr<Peer> peer)
    {
        bool go_on = true;
        while (go_on)
            go_on = co_await exchange(*peer);
        error_code ignored;
        peer->socket.shutdown(tcp::socket::shutdown_both, ignored);
    }

    /// One request and its end. False: the connection ends.
    asio::awaitable<bool> exchange(Peer& peer)
    {
        http::request_parser<http::string_body> parser;
        parser.body_limit(most_body);
        auto [ec, n] = co_await http::async_read(peer.socket, peer.buffer, parser, as_values);
        if (ec)
            co_return false;
        auto message = parser.release();
        const bool keep_alive = message.keep_alive();
        const unsigned version = message.version();
        Request request = to_request(message);
        peer.controls = request.path.starts_with("/control");
        if (peer.controls && !peer.socket.remote_endpoint().address().is_loopback())
            co_return false;
        Response response = co_await serve(std::move(request));
        if (response.delay.count() > 0) {
            asio::steady_timer timer(context, response.delay);
            co_await timer.async_wait(as_values);
        }
        if (response.ending == Response::Ending::reset)
            reset(peer.socket);
        if (response.ending == Response::Ending::hold)
            co_await peer.socket.async_wait(tcp::socket::wait_read, as_values);
        if (response.ending != Response::Ending::answer)
            co_return false;
        const bool written = co_await write(peer, std::move(response), version, keep_alive);
        co_return written&& keep_alive;
    }

    asio::awaitable<bool> write(Peer& peer, Response response, unsigned version, bool keep_alive)
    {
        http::response<http::string_body> message;
        message.version(version);
        message.result(response.status);
        if (!response.content_type.empty())
            message.set(http::field::content_type, response.content_type);
        message.keep_alive(keep_alive);
        message.body() = std::move(response.body);
        message.prepare_payload();
        auto [ec, n] = co_await http::async_write(peer.socket, message, as_values);
        co_return !ec;
    }

    void cut()
    {
        for (const auto& peer : peers)
            if (!peer->controls)
                reset(peer->socket);
    }

    asio::io_context& context;
    Serve serve;
    tcp::socket guard; ///< bound and never listening: keeps the port ours while the acceptor is closed
    tcp::acceptor acceptor;
    asio::steady_timer again;
    std::set<std::shared_ptr<Peer>> peers;
    std::uint64_t ever = 0;
};

HttpServer::HttpServer(asio::io_context& context, const std::string& listen, Serve serve)
    : impl_(std::make_unique<Impl>(context, listen, std::move(serve)))
{
}

HttpServer::~HttpServer() = default;

std::string HttpServer::url() const
{
    const tcp::endpoint endpoint = impl_->guard.local_endpoint();
    return "http://" + endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

void HttpServer::cut()
{
    impl_->cut();
}

void HttpServer::refuse_for(std::chrono::milliseconds span)
{
    impl_->acceptor.close();
    impl_->cut();
    impl_->again.expires_after(span);
    impl_->again.async_wait([this](error_code ec) {
        if (!ec)
            impl_->start_listening();
    });
}

std::uint64_t HttpServer::connections_ever() const
{
    return impl_->ever;
}

std::uint64_t HttpServer::connections_open() const
{
    return impl_->peers.size();
}

} // namespace simulator
