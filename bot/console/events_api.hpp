#pragma once
#include "bot/console/house.hpp"
#include "bot/console/route.hpp"

namespace bot::console {

/// `events`: server-sent progress of the announcements that a token may see. `accounts`: how they are.
class EventsApi {
public:
    explicit EventsApi(const House& house) : house_(house) {}
    void add_routes(Router& router);

private:
    struct Follower;

    asio::awaitable<net::HttpResponse> follow(Call call);
    asio::awaitable<std::string> look(std::shared_ptr<Follower> follower);
    asio::awaitable<std::string> next_piece(std::shared_ptr<Follower> follower);
    asio::awaitable<net::HttpResponse> accounts(Call call);

    const House& house_;
};

} // namespace bot::console
