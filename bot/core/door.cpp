#include "bot/core/door.hpp"

namespace bot {

asio::awaitable<Sighting> Door::look_up(Outgoing, std::int64_t)
{
    co_return Sighting::cannot_tell;
}

} // namespace bot
