#include "bot/console/route.hpp"

#include <algorithm>
#include <optional>

namespace bot::console {
namespace {

std::string_view take_part(std::string_view& path)
{
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return part;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path)
{
    std::vector<std::string> values;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = take_part(pattern);
        const std::string_view given = take_part(path);
        if (wanted.starts_with('{') && !given.empty())
            values.emplace_back(given);
        else if (wanted != given)
            return std::nullopt;
    }
    if (!pattern.empty() || !path.empty())
        return std::nullopt;
    return values;
}

} // namespace

bool may(const std::string& role, Right right)
{
    switch (right) {
    case Right::open:
    case Right::read: return true;
    case Right::write: return role == "admin" || role == "organizer";
    case Right::edit: return role == "admin" || role == "organizer" || role == "editor";
    case Right::approve: return role == "admin" || role == "reviewer";
    }
    return false;
}

Router::Match Router::find(std::string_view method, std::string_view path) const
{
    Match found;
    for (const Route& route : routes_) {
        auto values = match(route.path, path);
        if (!values)
            continue;
        found.has_path = true;
        if (route.method == method) {
            found.route = &route;
            found.values = std::move(*values);
            break;
        }
    }
    return found;
}

} // namespace bot::console
