#include "bot/net/http_client.hpp"

#include "bot/net/tokens.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <map>
#include <mutex>
#include <tuple>
#include <variant>

namespace bot::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;
using Stage = ClientError::Stage;

constexpr std::size_t most_body = 8 * 1024 * 1024;
constexpr std::size_t most_idle_per_host = 64;

struct Connection {
    std::variant<Plain, Tls> stream;
    beast::flat_buffer buffer;

    template <class Stream> explicit Connection(Stream one) : stream(std::move(one)) {}
    Plain& lowest()
    {
        if (auto* tls = std::get_if<Tls>(&stream))
            return beast::get_lowest_layer(*tls);
        return std::get<Plain>(stream);
    }
};

struct Target {
    bool tls = false;
    std::string host, port, path;
};

std::optional<Target> parse_target(const std::string& url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") || parsed->host().empty())
        return std::nullopt;
    Target target;
    target.tls = parsed->scheme() == "https";
    target.host = parsed->host_address();
    target.port = parsed->has_port() ? std::string(parsed->port()) : (target.tls ? "443" : "80");
    target.path = std::string(parsed->encoded_resource());
    if (target.path.empty() || target.path.front() != '/')
        target.path.insert(0, "/");
    return target;
}

using PoolKey = std::tuple<const void*, bool, std::string, std::string>;

ClientResult failed(Stage stage, error_code ec)
{
    ClientResult result;
    result.error.stage = stage;
    result.error.code = ec;
    return result;
}

/// Writes one request and reads its answer. `wrote` tells whether the request may have arrived.
template <class Stream>
asio::awaitable<error_code> exchange(Stream& stream, beast::flat_buffer& buffer,
                                     const http::request<http::string_body>& request,
                                     http::response_parser<http::string_body>& parser, bool& wrote)
{
    auto [write_ec, written] = co_await http::async_write(stream, request, as_values);
    if (write_ec) {
        wrote = written > 0;
        co_return write_ec;
    }
    wrote = true;
    auto [read_ec, read] = co_await http::async_read(stream, buffer, parser, as_values);
    co_return read_ec;
}

} // namespace

struct HttpClient::Impl {
    asio::ssl::context tls{asio::ssl::context::tls_client};
    std::mutex mutex;
    std::multimap<PoolKey, std::unique_ptr<Connection>> idle;

    Impl()
    {
        tls.set_default_verify_paths();
        tls.set_verify_mode(asio::ssl::verify_peer);
    }

    std::unique_ptr<Connection> take_idle(const PoolKey& key)
    {
        const std::lock_guard lock(mutex);
        const auto found = idle.find(key);
        if (found == idle.end())
            return nullptr;
        auto connection = std::move(found->second);
        idle.erase(found);
        return connection;
    }

    void keep(const PoolKey& key, std::unique_ptr<Connection> connection)
    {
        connection->lowest().expires_never();
        const std::lock_guard lock(mutex);
        if (idle.count(key) < most_idle_per_host)
            idle.emplace(key, std::move(connection));
    }

    asio::awaitable<Result<std::unique_ptr<Connection>>> connect(Target target,
                                                                 std::chrono::milliseconds timeout)
    {
        auto executor = co_await asio::this_coro::executor;
        tcp::resolver resolver(executor);
        auto [resolve_ec, endpoints] = co_await resolver.async_resolve(target.host, target.port, as_values);
        if (resolve_ec)
            co_return resolve_ec;
        Plain plain(executor);
        plain.expires_after(timeout);
        auto [connect_ec, endpoint] = co_await plain.async_connect(endpoints, as_values);
        if (connect_ec)
            co_return connect_ec;
        error_code ignored;
        plain.socket().set_option(tcp::no_delay(true), ignored);
        if (!target.tls) {
            auto connection = std::make_unique<Connection>(std::move(plain));
            co_return connection;
        }
        Tls secure(std::move(plain), tls);
        SSL_ctrl(secure.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 target.host.data());
        secure.set_verify_callback(asio::ssl::host_name_verification(target.host));
        auto [tls_ec] = co_await secure.async_handshake(asio::ssl::stream_base::client, as_values);
        if (tls_ec)
            co_return tls_ec;
        auto connection = std::make_unique<Connection>(std::move(secure));
        co_return connection;
    }

    asio::awaitable<error_code> converse(Connection& connection,
                                         const http::request<http::string_body>& request,
                                         http::response_parser<http::string_body>& parser, bool& wrote)
    {
        if (auto* secure = std::get_if<Tls>(&connection.stream))
            co_return co_await exchange(*secure, connection.buffer, request, parser, wrote);
        auto& plain = std::get<Plain>(connection.stream);
        co_return co_await exchange(plain, connection.buffer, request, parser, wrote);
    }
};

HttpClient::HttpClient() : impl_(std::make_unique<Impl>()) {}
HttpClient::~HttpClient() = default;

asio::ssl::context& HttpClient::tls()
{
    return impl_->tls;
}

asio::awaitable<ClientResult> HttpClient::call(ClientRequest request)
{
    const auto target = parse_target(request.url);
    if (!target)
        co_return failed(Stage::before_write, make_error_code(boost::system::errc::invalid_argument));
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(target->path);
    message.set(http::field::host, target->host + ":" + target->port);
    for (const auto& [name, value] : request.headers)
        message.set(name, value);
    message.body() = std::move(request.body);
    message.prepare_payload();

    auto executor = co_await asio::this_coro::executor;
    const PoolKey key(&asio::query(executor, asio::execution::context), target->tls, target->host,
                      target->port);
    auto connection = impl_->take_idle(key);
    for (bool kept = connection != nullptr;; kept = false) {
        if (!kept) {
            auto fresh = co_await impl_->connect(*target, request.timeout);
            if (!fresh)
                co_return failed(Stage::before_write, fresh.error());
            connection = std::move(*fresh);
        }
        connection->lowest().expires_after(request.timeout);
        http::response_parser<http::string_body> parser;
        parser.body_limit(most_body);
        bool wrote = false;
        const error_code ec = co_await impl_->converse(*connection, message, parser, wrote);
        if (!ec) {
            ClientResult result;
            result.response.emplace();
            result.response->status = parser.get().result_int();
            for (const auto& field : parser.get())
                result.response->headers.emplace_back(std::string(field.name_string()),
                                                      std::string(field.value()));
            result.response->body = std::move(parser.get().body());
            if (parser.get().keep_alive())
                impl_->keep(key, std::move(connection));
            co_return result;
        }
        if (!kept || wrote)
            co_return failed(wrote ? Stage::after_write : Stage::before_write, ec);
    }
}

} // namespace bot::net
