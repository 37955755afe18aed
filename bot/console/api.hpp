#pragma once
#include "bot/console/announcements_api.hpp"
#include "bot/console/events_api.hpp"
#include "bot/console/groups_api.hpp"
#include "bot/console/house.hpp"
#include "bot/console/questions_api.hpp"
#include "bot/console/route.hpp"

#include <string>

namespace bot::console {

/// `/api/v1/…`: bearer tokens, JSON, problem bodies. One gate checks the token and the role for every route;
/// what a token may reach ends at its unit. Thread-safe.
class Api {
public:
    Api(House house, QuestionsApi questions);

    /// `path` is the rest behind `/api/v1/`.
    asio::awaitable<net::HttpResponse> serve(std::string path, net::HttpRequest request);

    const Router& router() const { return router_; }

private:
    asio::awaitable<net::HttpResponse> show_description();

    const House house_;
    AnnouncementsApi announcements_;
    GroupsApi groups_;
    EventsApi events_;
    QuestionsApi questions_;
    Router router_;
    std::string description_;
};

} // namespace bot::console
