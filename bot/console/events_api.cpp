#include "bot/console/events_api.hpp"

#include "bot/console/announcements_api.hpp"
#include "bot/console/respond.hpp"
#include "bot/net/tokens.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include <map>

namespace bot::console {
namespace {

using nlohmann::json;

constexpr auto look_every = std::chrono::milliseconds(500);
constexpr int quiet_looks = 2; ///< then a sign of life: who left, or that the server stops, is noticed soon
constexpr int newest = 50;     ///< announcements that are followed

} // namespace

/// What one listener was told last, by announcement.
struct EventsApi::Follower {
    struct Told {
        std::string without_counts, text;
    };
    std::string unit;
    std::map<std::int64_t, Told> told;
    bool is_first = true;
};

void EventsApi::add_routes(Router& router)
{
    router.add({"GET",
                "events",
                Right::read,
                "通知的进度（server-sent events，event: announcement）",
                {},
                "",
                "EventStream",
                [this](Call call) { return follow(std::move(call)); }});
    router.add({"GET", "accounts", Right::read, "账号接得怎样", {}, "", "AccountPage", [this](Call call) {
                    return accounts(std::move(call));
                }});
}

asio::awaitable<net::HttpResponse> EventsApi::follow(Call call)
{
    auto follower = std::make_shared<Follower>();
    follower->unit = call.who.org;
    net::HttpResponse response;
    response.content_type = "text/event-stream";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Accel-Buffering", "no");
    response.stream = [this, follower] { return next_piece(follower); };
    co_return response;
}

/// What has changed; only what is on its way is counted again.
asio::awaitable<std::string> EventsApi::look(std::shared_ptr<Follower> follower)
{
    auto work = [follower](soci::session& sql) {
        storage::AnnouncementPage page;
        page.unit = follower->unit;
        page.limit = newest;
        std::string piece;
        for (const auto& one : storage::list_announcements(sql, page)) {
            Follower::Told& told = follower->told[one.id];
            std::string without_counts = to_json(one, storage::Counts()).dump();
            const bool is_moving =
                one.state == "sending" || one.state == "paused" || one.state == "cancelled";
            if (without_counts == told.without_counts && !is_moving)
                continue;
            std::string text = to_json(one, storage::count_deliveries(sql, one.id)).dump();
            if (text != told.text)
                piece += "event: announcement\ndata: " + text + "\n\n";
            told = {std::move(without_counts), std::move(text)};
        }
        return piece;
    };
    std::string piece = co_await house_.database.read(std::move(work));
    co_return piece;
}

asio::awaitable<std::string> EventsApi::next_piece(std::shared_ptr<Follower> follower)
{
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    for (int looks = 0; looks < quiet_looks; ++looks) {
        if (!follower->is_first) {
            timer.expires_after(look_every);
            co_await timer.async_wait(net::as_values);
        }
        follower->is_first = false;
        std::string piece = co_await look(follower);
        if (!piece.empty())
            co_return piece;
    }
    co_return ": still here\n\n";
}

asio::awaitable<net::HttpResponse> EventsApi::accounts(Call)
{
    json items = json::array();
    for (const Lane& lane : house_.lanes()) {
        const AccountHealth health = lane.door->health();
        items.push_back({{"id", lane.door->account()},
                         {"label", lane.door->capabilities().label},
                         {"official", lane.door->capabilities().official},
                         {"connected", health.connected},
                         {"detail", health.detail},
                         {"last_event", time_or_null(health.last_event_ms)},
                         {"last_success", time_or_null(health.last_success_ms)}});
    }
    co_return answer_page(std::move(items), "");
}

} // namespace bot::console
