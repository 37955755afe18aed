#pragma once
#include "bot/net/http.hpp"
#include "bot/storage/records_store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bot::console {

namespace asio = boost::asio;

/// What a role must allow for a route.
enum class Right {
    open,    ///< no token needed
    read,    ///< every role
    write,   ///< organizers
    edit,    ///< organizers and editors of the knowledge
    approve, ///< reviewers
};

/// True for an `admin` always.
bool may(const std::string& role, Right right);

/// A request that passed the gate: who asks, and the values of the path's `{names}` in order.
struct Call {
    net::HttpRequest request;
    storage::Token who;
    std::vector<std::string> values;
};

/// One operation of the API: the router and the description of the API both come from this.
struct Route {
    std::string method;
    std::string path; ///< behind `/api/v1/`, as `announcements/{id}/approve`
    Right right = Right::read;
    std::string summary;            ///< Chinese, one line
    std::vector<std::string> query; ///< names of its query parameters
    std::string takes;              ///< schema of the body; empty = none
    std::string gives;              ///< schema of the answer
    std::function<asio::awaitable<net::HttpResponse>(Call)> handle;
    unsigned status = 200; ///< of a success
};

/// The table of all operations.
class Router {
public:
    struct Match {
        const Route* route = nullptr;
        std::vector<std::string> values;
        bool has_path = false; ///< some method answers there
    };

    void add(Route route) { routes_.push_back(std::move(route)); }
    Match find(std::string_view method, std::string_view path) const;
    const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

} // namespace bot::console
