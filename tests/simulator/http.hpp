#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator {

namespace asio = boost::asio;
using boost::system::error_code;

/// Errors as values: `auto [ec, n] = co_await …`.
inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of a header, its name without case; empty when absent.
std::string_view header(const Headers& headers, std::string_view name);
/// Percent-decoded value of a query field.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

struct Request {
    std::string method;
    std::string path;
    std::string query;
    Headers headers;
    std::string body;
};

struct Response {
    enum class Ending {
        answer,
        reset, ///< the connection is cut instead
        hold,  ///< nothing is ever written; ends when the peer gives up
    };
    unsigned status = 200;
    std::string content_type;
    std::string body;
    Ending ending = Ending::answer;
    std::chrono::milliseconds delay{0}; ///< before the ending
    std::shared_ptr<void> flight;       ///< dropped when the call is over
};

Response json_response(unsigned status, std::string body);

using Serve = std::function<asio::awaitable<Response>(Request)>;

/// `http://host:port/path?query` or `ws://…`, taken apart.
struct Address {
    std::string host, port, target;
};

/// Throws std::invalid_argument for anything else.
Address parse_address(const std::string& url);

} // namespace simulator
