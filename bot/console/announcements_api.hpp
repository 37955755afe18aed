#pragma once
#include "bot/console/house.hpp"
#include "bot/console/route.hpp"
#include "bot/storage/announcements_store.hpp"

#include <nlohmann/json_fwd.hpp>

namespace bot::console {

nlohmann::json to_json(const storage::Announcement& one, const storage::Counts& counts);

/// `announcements` and what can be done with one. A token sees those of its unit and below, and reaches no
/// group beyond.
class AnnouncementsApi {
public:
    explicit AnnouncementsApi(const House& house) : house_(house) {}
    void add_routes(Router& router);

private:
    using Answer = asio::awaitable<net::HttpResponse>;
    using Step = std::function<asio::awaitable<std::optional<outreach::Refusal>>(std::int64_t, const Call&)>;

    void add_step(Router& router, const char* name, Right right, const char* summary, Step step);
    Answer create(Call call);
    Answer list(Call call);
    Answer show(Call call);
    Answer rewrite(Call call);
    Answer remove(Call call);
    Answer take_step(Step step, Call call);
    Answer resolve(Call call);
    Answer preview(Call call);
    Answer deliveries(Call call);

    /// The one that the path names, when the caller may see it.
    asio::awaitable<std::optional<storage::Announcement>> find(std::string id, std::string unit);
    Answer tell(std::int64_t id, unsigned status);
    nlohmann::json renderings(const storage::Announcement& one, const outreach::Preview& preview) const;
    nlohmann::json finish(const storage::Announcement& one, const outreach::Preview& preview) const;
    std::string text_of(const storage::Announcement& one) const;

    const House& house_;
};

} // namespace bot::console
