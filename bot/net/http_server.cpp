#include "bot/net/http_server.hpp"

#include "bot/net/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <charconv>
#include <stdexcept>

namespace bot::net {
namespace {

using asio::ip::tcp;

tcp::endpoint parse_endpoint(const std::string& text)
{
    const std::size_t colon = text.rfind(':');
    unsigned port = 70'000;
    if (colon != std::string::npos)
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    std::string host = text.substr(0, colon == std::string::npos ? 0 : colon);
    if (host.size() > 1 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    if (ec || port > 65'535)
        throw std::invalid_argument("listen: \"" + text +
                                    "\" is no address with a port, as in 127.0.0.1:8080");
    return {address, static_cast<std::uint16_t>(port)};
}

} // namespace

struct HttpServer::Impl {
    std::vector<asio::io_context*> contexts;
    ServerOptions options;
    std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
    std::unique_ptr<asio::ssl::context> tls;
    std::shared_ptr<SessionShared> shared = std::make_shared<SessionShared>();
    std::size_t next = 0;

    void listen_on(const std::string& text)
    {
        const tcp::endpoint endpoint = parse_endpoint(text);
        auto acceptor = std::make_unique<tcp::acceptor>(*contexts[0]);
        acceptor->open(endpoint.protocol());
        acceptor->set_option(tcp::acceptor::reuse_address(true));
        if (endpoint.address().is_v6())
            acceptor->set_option(asio::ip::v6_only(true));
        error_code ec;
        acceptor->bind(endpoint, ec);
        if (ec)
            throw std::system_error(ec, "cannot listen on " + text);
        acceptor->listen();
        acceptors.push_back(std::move(acceptor));
    }

    asio::awaitable<void> accept_loop(tcp::acceptor& acceptor)
    {
        while (acceptor.is_open()) {
            asio::io_context& context = *contexts[next++ % contexts.size()];
            tcp::socket socket(context);
            auto [ec] = co_await acceptor.async_accept(socket, as_values);
            if (ec == asio::error::operation_aborted || !acceptor.is_open())
                co_return;
            if (ec) {
                spdlog::warn("event=accept_failed error=\"{}\"", ec.message());
                asio::steady_timer pause(*contexts[0], std::chrono::milliseconds(100));
                co_await pause.async_wait(as_values);
                continue;
            }
            admit(context, std::move(socket));
        }
    }

    void admit(asio::io_context& context, tcp::socket socket)
    {
        error_code ec;
        const auto peer = socket.remote_endpoint(ec);
        if (ec)
            return;
        const std::string address = peer.address().to_string();
        if (!shared->enter(address)) {
            spdlog::warn("event=connection_refused reason=cap");
            return;
        }
        socket.set_option(tcp::no_delay(true), ec);
        auto done = [shared = shared, address](std::exception_ptr error) {
            shared->leave(address);
            log_escaped(error);
        };
        auto session = tls ? run_tls_session(std::move(socket), *tls, shared, address)
                           : run_plain_session(std::move(socket), shared, address);
        asio::co_spawn(context, std::move(session), std::move(done));
    }
};

HttpServer::HttpServer(std::vector<asio::io_context*> contexts, ServerOptions options,
                       RequestHandler on_request, UpgradeHandler on_upgrade)
    : impl_(std::make_unique<Impl>())
{
    impl_->contexts = std::move(contexts);
    impl_->options = std::move(options);
    impl_->shared->limits = impl_->options.limits;
    impl_->shared->trusted_proxies = impl_->options.trusted_proxies;
    impl_->shared->on_request = std::move(on_request);
    impl_->shared->on_upgrade = std::move(on_upgrade);
}

HttpServer::~HttpServer() = default;

void HttpServer::start()
{
    if (!impl_->options.tls_cert.empty()) {
        impl_->tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
        impl_->tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                                asio::ssl::context::no_tlsv1_1);
        impl_->tls->use_certificate_chain_file(impl_->options.tls_cert);
        impl_->tls->use_private_key_file(impl_->options.tls_key, asio::ssl::context::pem);
    }
    for (const std::string& one : impl_->options.listen)
        impl_->listen_on(one);
    for (const auto& acceptor : impl_->acceptors)
        asio::co_spawn(*impl_->contexts[0], impl_->accept_loop(*acceptor), log_escaped);
}

std::vector<std::uint16_t> HttpServer::ports() const
{
    std::vector<std::uint16_t> ports;
    for (const auto& acceptor : impl_->acceptors)
        ports.push_back(acceptor->local_endpoint().port());
    return ports;
}

void HttpServer::stop_accepting()
{
    for (const auto& acceptor : impl_->acceptors)
        acceptor->close();
}

asio::awaitable<void> HttpServer::stop(std::chrono::milliseconds grace)
{
    stop_accepting();
    impl_->shared->stopping = true;
    impl_->shared->for_each([](SessionControl& session) { session.ask_to_stop(); });
    const auto deadline = std::chrono::steady_clock::now() + grace;
    asio::steady_timer tick(*impl_->contexts[0]);
    while (impl_->shared->active() > 0 && std::chrono::steady_clock::now() < deadline) {
        tick.expires_after(std::chrono::milliseconds(5));
        co_await tick.async_wait(as_values);
    }
    impl_->shared->for_each([](SessionControl& session) { session.cut(); });
}

std::size_t HttpServer::open_connections() const
{
    return impl_->shared->connections();
}

} // namespace bot::net
