#include "bot/doors/sandbox/platform.hpp"

#include "bot/doors/sandbox/door.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace bot::doors::sandbox {
namespace {

std::vector<Group> read_groups(const std::filesystem::path& file)
{
    std::ifstream in(file);
    const auto list = nlohmann::json::parse(in, nullptr, false);
    if (!list.is_array())
        throw std::runtime_error(file.string() + ": not there, or not a JSON list of groups");
    std::vector<Group> groups;
    for (const auto& one : list) {
        Group group{one.at("id"), one.at("name"), {}};
        for (const auto& person : one.at("people"))
            group.people.push_back({person.at("id"), person.at("name"), person.at("role")});
        groups.push_back(std::move(group));
    }
    return groups;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto groups = read_groups(world.templates / "data" / "demo" / "sandbox.json");
    auto door = std::make_unique<SandboxDoor>(account.id, std::move(groups), world.clock, world.on_event);
    OpenAccount opened;
    opened.page = [page = door.get()](std::string action, net::HttpRequest request) {
        return page->serve(std::move(action), std::move(request));
    };
    opened.door = std::move(door);
    return opened;
}

} // namespace

Platform platform()
{
    return {"sandbox", {{"rate"}, {}}, open};
}

} // namespace bot::doors::sandbox
