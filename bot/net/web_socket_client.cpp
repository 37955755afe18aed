#include "bot/net/http_client.hpp"
#include "bot/net/web_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace bot::net {
namespace {

namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

struct Address {
    bool tls = false;
    std::string host, port, target;
};

std::optional<Address> parse_address(const std::string& url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || (parsed->scheme() != "ws" && parsed->scheme() != "wss") || parsed->host().empty())
        return std::nullopt;
    Address address;
    address.tls = parsed->scheme() == "wss";
    address.host = parsed->host_address();
    address.port = parsed->has_port() ? std::string(parsed->port()) : (address.tls ? "443" : "80");
    address.target = std::string(parsed->encoded_resource());
    if (address.target.empty() || address.target.front() != '/')
        address.target.insert(0, "/");
    return address;
}

template <class Stream>
asio::awaitable<SocketResult> greet(Stream stream, Address address, SocketRequest request)
{
    SocketResult result;
    beast::get_lowest_layer(stream).expires_never(); // from here on the WebSocket's own timeouts count
    auto socket = std::make_shared<StreamSocket<Stream>>(std::move(stream), request.most_bytes,
                                                         beast::role_type::client);
    const std::string host = address.host + ":" + address.port;
    result.code =
        co_await socket->greet(host, address.target, request.headers, result.status, result.subprotocol);
    if (!result.code)
        result.socket = socket;
    co_return result;
}

asio::awaitable<SocketResult> secure(Plain plain, asio::ssl::context& context, Address address,
                                     SocketRequest request)
{
    SocketResult result;
    Tls stream(std::move(plain), context);
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             address.host.data());
    stream.set_verify_callback(asio::ssl::host_name_verification(address.host));
    auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_values);
    result.code = ec;
    if (!ec)
        result = co_await greet(std::move(stream), std::move(address), std::move(request));
    co_return result;
}

} // namespace

asio::awaitable<SocketResult> HttpClient::open(SocketRequest request)
{
    SocketResult result;
    auto address = parse_address(request.url);
    if (!address) {
        result.code = make_error_code(boost::system::errc::invalid_argument);
        co_return result;
    }
    auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    auto [resolve_ec, endpoints] = co_await resolver.async_resolve(address->host, address->port, as_values);
    result.code = resolve_ec;
    if (resolve_ec)
        co_return result;
    Plain plain(executor);
    plain.expires_after(request.timeout);
    auto [connect_ec, endpoint] = co_await plain.async_connect(endpoints, as_values);
    result.code = connect_ec;
    if (connect_ec)
        co_return result;
    error_code ignored;
    plain.socket().set_option(tcp::no_delay(true), ignored);
    if (address->tls)
        result = co_await secure(std::move(plain), tls(), std::move(*address), std::move(request));
    else
        result = co_await greet(std::move(plain), std::move(*address), std::move(request));
    co_return result;
}

} // namespace bot::net
