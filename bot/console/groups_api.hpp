#pragma once
#include "bot/console/house.hpp"
#include "bot/console/route.hpp"

namespace bot::console {

/// `groups`, `orgs` and `bind-codes`: of the caller's unit and below.
class GroupsApi {
public:
    explicit GroupsApi(const House& house) : house_(house) {}
    void add_routes(Router& router);

private:
    using Answer = asio::awaitable<net::HttpResponse>;

    Answer list_groups(Call call);
    Answer show_group(Call call);
    Answer change_group(Call call);
    Answer list_orgs(Call call);
    Answer show_org(Call call);
    Answer bind_code(Call call);

    asio::awaitable<std::optional<storage::Group>> find(std::string id, std::string unit);

    const House& house_;
};

} // namespace bot::console
