#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bot::net {

/// Errors as values: `auto [ec, n] = co_await socket.async_read_some(buffer, as_values);`
inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace bot::net
