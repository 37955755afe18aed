#include "tests/simulator/http_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace simulator {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

asio::awaitable<Answer> ask(std::string method, std::string url, Headers headers, std::string body,
                            std::chrono::milliseconds timeout)
{
    Answer answer;
    const Address address = parse_address(url);
    auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    auto [resolve_ec, endpoints] = co_await resolver.async_resolve(address.host, address.port, as_values);
    beast::tcp_stream stream(executor);
    stream.expires_after(timeout);
    auto [connect_ec, endpoint] = co_await stream.async_connect(endpoints, as_values);
    answer.error = (resolve_ec ? resolve_ec : connect_ec).message();
    if (resolve_ec || connect_ec)
        co_return answer;
    http::request<http::string_body> request(http::string_to_verb(method), address.target, 11);
    request.set(http::field::host, address.host + ":" + address.port);
    for (const auto& [name, value] : headers)
        request.set(name, value);
    request.keep_alive(false);
    request.body() = std::move(body);
    request.prepare_payload();
    co_await http::async_write(stream, request, as_values); // a refusal may come although not all was written
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    auto [read_ec, read] = co_await http::async_read(stream, buffer, response, as_values);
    answer.error = read_ec.message();
    if (read_ec)
        co_return answer;
    answer.error.clear();
    answer.status = response.result_int();
    answer.body = std::move(response.body());
    co_return answer;
}

} // namespace simulator
