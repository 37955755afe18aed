#include "bot/console/api.hpp"

#include "bot/console/openapi.hpp"
#include "bot/console/respond.hpp"
#include "bot/console/tokens.hpp"

namespace bot::console {

Api::Api(House house, QuestionsApi questions)
    : house_(std::move(house)), announcements_(house_), groups_(house_), events_(house_),
      questions_(std::move(questions))
{
    announcements_.add_routes(router_);
    groups_.add_routes(router_);
    events_.add_routes(router_);
    questions_.add_routes(router_);
    router_.add({"GET", "openapi.json", Right::open, "这份接口说明", {}, "", "Description", [this](Call) {
                     return show_description();
                 }});
    description_ = describe(router_);
}

asio::awaitable<net::HttpResponse> Api::show_description()
{
    co_return net::json_response(200, description_);
}

asio::awaitable<net::HttpResponse> Api::serve(std::string path, net::HttpRequest request)
{
    Router::Match match = router_.find(request.method, path);
    Call call;
    call.values = std::move(match.values);
    if (match.route && match.route->right == Right::open)
        co_return co_await match.route->handle(std::move(call));
    const std::string_view credential = net::header(request.headers, "Authorization");
    if (!credential.starts_with("Bearer "))
        co_return net::problem(401, "要先登录", "请带上 Authorization: Bearer 令牌");
    auto look = [hash = token_hash(std::string(credential.substr(7)))](soci::session& sql) {
        return storage::find_token(sql, hash);
    };
    const auto token = co_await house_.database.read(std::move(look));
    if (!token)
        co_return net::problem(401, "令牌不对", "请核对令牌，或用 lastmeter token add 重新发一个");
    if (!match.route && match.has_path)
        co_return net::problem(405, "不能这样用", "这个地址不支持 " + request.method);
    if (!match.route || !may(token->role, match.route->right))
        co_return not_found();
    call.request = std::move(request);
    call.who = *token;
    co_return co_await match.route->handle(std::move(call));
}

} // namespace bot::console
