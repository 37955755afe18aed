#include "bot/site.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace bot {
namespace {

constexpr std::string_view hooks_prefix = "/hooks/";
constexpr std::string_view api_prefix = "/api/v1/";
constexpr std::string_view sandbox_prefix = "/sandbox/";
constexpr std::string_view assets_prefix = "/assets/";

std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

const char* type_of(const std::filesystem::path& file)
{
    if (file.extension() == ".css")
        return "text/css; charset=utf-8";
    if (file.extension() == ".js")
        return "text/javascript; charset=utf-8";
    if (file.extension() == ".svg")
        return "image/svg+xml";
    return "application/octet-stream";
}

void add_page_headers(net::HttpResponse& response)
{
    response.headers.emplace_back(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
}

net::HttpResponse redirect(const std::string& to)
{
    net::HttpResponse response;
    response.status = 303;
    response.headers.emplace_back("Location", to);
    return response;
}

net::HttpResponse no_account()
{
    return net::problem(404, "没有这个账号", "配置里没有这个 id 的账号，或这个平台不往这里推送");
}

} // namespace

Site::Site(const std::filesystem::path& templates, Rooms rooms)
    : rooms_(std::move(rooms)), pages_(templates / "pages" / "public")
{
    const std::filesystem::path dir = templates / "assets";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir))
        if (entry.is_regular_file())
            assets_.emplace(entry.path().lexically_relative(dir).generic_string(),
                            Asset{type_of(entry.path()), read_file(entry.path())});
}

asio::awaitable<net::HttpResponse> Site::serve(net::HttpRequest request)
{
    const std::string path = request.path;
    if (path.starts_with(hooks_prefix)) {
        net::Hook* hook = hook_of(path);
        if (!hook)
            co_return no_account();
        co_return co_await hook->receive(std::move(request));
    }
    if (path.starts_with(api_prefix))
        co_return co_await rooms_.api->serve(path.substr(api_prefix.size()), std::move(request));
    if (rooms_.sandbox && path.starts_with(sandbox_prefix)) {
        auto served = co_await rooms_.sandbox(path.substr(sandbox_prefix.size()), request);
        if (served)
            co_return std::move(*served);
    }
    net::HttpResponse response = page(request);
    add_page_headers(response);
    co_return response;
}

asio::awaitable<net::UpgradeDecision> Site::upgrade(net::HttpRequest request)
{
    net::UpgradeDecision decision;
    net::Hook* hook = hook_of(request.path);
    if (hook)
        decision = co_await hook->upgrade(std::move(request));
    else
        decision.refusal = no_account();
    co_return decision;
}

net::Hook* Site::hook_of(std::string_view path) const
{
    if (!path.starts_with(hooks_prefix))
        return nullptr;
    const auto found = rooms_.hooks.find(std::string(path.substr(hooks_prefix.size())));
    return found == rooms_.hooks.end() ? nullptr : found->second;
}

net::HttpResponse Site::page(const net::HttpRequest& request) const
{
    const std::string& path = request.path;
    if (request.method != "GET")
        return net::problem(405, "这里只能打开，不能提交", "请核对网址");
    if (path == "/healthz")
        return net::text_response(200, "ok\n");
    if (path == "/readyz")
        return ready();
    if (path == "/metrics")
        return net::text_response(200, rooms_.metrics());
    if (rooms_.sandbox && path == "/sandbox")
        return net::html_response(200, pages_.html("sandbox", nlohmann::json::object()));
    if (rooms_.sandbox && path == "/")
        return redirect("/sandbox");
    if (path.starts_with(assets_prefix))
        return asset(path.substr(assets_prefix.size()));
    return net::problem(404, "没有这个地址", "请核对网址");
}

net::HttpResponse Site::asset(const std::string& name) const
{
    const auto found = assets_.find(name);
    if (found == assets_.end())
        return net::problem(404, "没有这个地址", "请核对网址");
    net::HttpResponse response;
    response.content_type = found->second.type;
    response.body = found->second.bytes;
    return response;
}

net::HttpResponse Site::ready() const
{
    return rooms_.ready->load() ? net::text_response(200, "ok\n")
                                : net::text_response(503, "starting or stopping\n");
}

} // namespace bot
