#pragma once
#include "bot/console/questions_api.hpp"
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/net/http.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/records_store.hpp"
#include "bot/wording/renderer.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bot::console {

/// `/api/v1/…`: bearer tokens, JSON, problem bodies. One gate checks the token and the role for every route;
/// what a token may reach ends at its unit. Thread-safe.
class Api {
public:
    Api(storage::Database& database, outreach::Announcer& announcer, const wording::Renderer& words,
        const Clock& clock, std::function<std::vector<const Door*>()> doors, QuestionsApi questions);

    /// `path` is the rest behind `/api/v1/`.
    asio::awaitable<net::HttpResponse> serve(std::string path, net::HttpRequest request);

private:
    asio::awaitable<net::HttpResponse> announcements(std::vector<std::string> parts, net::HttpRequest request,
                                                     storage::Token who);
    asio::awaitable<net::HttpResponse> knowledge(std::vector<std::string> parts, net::HttpRequest request,
                                                 storage::Token who);
    asio::awaitable<net::HttpResponse> create(net::HttpRequest request, storage::Token who);
    asio::awaitable<net::HttpResponse> act(std::int64_t id, std::string action, net::HttpRequest request,
                                           storage::Token who);
    asio::awaitable<net::HttpResponse> show(std::int64_t id, unsigned status);
    asio::awaitable<net::HttpResponse> list();
    asio::awaitable<net::HttpResponse> deliveries(std::int64_t id, net::HttpRequest request);
    asio::awaitable<net::HttpResponse> preview(std::int64_t id);
    asio::awaitable<net::HttpResponse> groups();
    asio::awaitable<net::HttpResponse> orgs();
    asio::awaitable<net::HttpResponse> bind_code(net::HttpRequest request, storage::Token who);
    net::HttpResponse accounts() const;

    storage::Database& database_;
    outreach::Announcer& announcer_;
    const wording::Renderer& words_;
    const Clock& clock_;
    const std::function<std::vector<const Door*>()> doors_;
    QuestionsApi questions_;
};

} // namespace bot::console
