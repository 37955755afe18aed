#include "bot/core/reply.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

/// Not built: the query must find what stands under "broken" and nothing else, else it checks nothing.
namespace bot {

struct Pair {
    std::string a, b;
};
boost::asio::awaitable<int> take(Pair pair);
boost::asio::awaitable<int> say(std::string text);

boost::asio::awaitable<int> broken_aggregate()
{
    co_return co_await take(Pair{"a", "b"});
}

boost::asio::awaitable<int> broken_braces()
{
    co_return co_await take({"a", "b"});
}

boost::asio::awaitable<int> broken_choice(bool is_short)
{
    co_return co_await say(is_short ? std::string("a") : std::string("aa"));
}

boost::asio::awaitable<int> named()
{
    Pair pair{"a", "b"};
    co_return co_await take(std::move(pair));
}

} // namespace bot
