#include "bot/console/groups_api.hpp"

#include "bot/console/respond.hpp"
#include "bot/console/tokens.hpp"
#include "bot/core/text.hpp"
#include "bot/core/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace bot::console {
namespace {

using nlohmann::json;
using outreach::Refusal;

constexpr std::int64_t bind_code_ms = 30 * 60 * 1000;
constexpr int usual_page = 500;
constexpr int longest_page = 5'000;
constexpr std::size_t longest_name = 60;
constexpr std::array modes{"mention", "attentive", "muted"};
constexpr std::array categories{"activities", "jobs", "rights", "mutual-aid", "services", "notices"};
constexpr std::array industries{"security",     "trucking",     "courier",       "delivery",   "care",
                                "ride-hailing", "construction", "manufacturing", "sanitation", "other"};

template <class List> bool knows(const List& list, const std::string& word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

json to_json(const storage::Group& one)
{
    return {{"id", std::to_string(one.id)},
            {"account", one.account},
            {"external_id", one.external_id},
            {"name", one.name},
            {"org", one.org},
            {"industries", one.industries},
            {"tags", one.tags},
            {"subscriptions", one.subscriptions},
            {"mode", one.mode},
            {"state", one.state}};
}

json to_json(const storage::Org& one)
{
    json value{{"code", one.code}, {"name", one.name}, {"parent", one.parent}, {"kind", one.kind}};
    const bool is_placed = one.lat != 0 || one.lng != 0;
    value["lat"] = is_placed ? json(one.lat) : json(nullptr);
    value["lng"] = is_placed ? json(one.lng) : json(nullptr);
    value["tile"] = one.tile;
    return value;
}

/// The list of `key`, when the body has one; every word must be known.
template <class Known>
std::optional<Refusal> read_words(const json& body, const char* key, const Known& known,
                                  std::vector<std::string>& into)
{
    if (!body.contains(key))
        return std::nullopt;
    const auto list = read_list(body, key);
    if (!list)
        return Refusal{key, "要一串文字，比如 [\"a\",\"b\"]"};
    for (const std::string& word : *list)
        if (!known(word))
            return Refusal{key, "不认识「" + word + "」"};
    into = *list;
    return std::nullopt;
}

/// What `body` names is taken over into `group`.
std::optional<Refusal> read_group(const json& body, storage::Group& group)
{
    for (const auto& [key, value] : body.items())
        if (!knows(std::array{"name", "org", "industries", "tags", "subscriptions", "mode"}, key))
            return Refusal{key, "这一项不能改"};
    group.name = text::trim(read_text(body, "name", group.name));
    group.org = read_text(body, "org", group.org);
    group.mode = read_text(body, "mode", group.mode);
    if (text::length(group.name) > longest_name)
        return Refusal{"name", "群名最多 60 个字"};
    if (!knows(modes, group.mode))
        return Refusal{"mode", "mode 应是 mention、attentive、muted 之一"};
    const auto is_tag = [](const std::string& word) {
        return !word.empty() && text::length(word) <= 20 &&
               word.find_first_of(" ()\t\r\n;") == std::string::npos;
    };
    for (const auto& refusal :
         {read_words(
              body, "industries", [](const auto& word) { return knows(industries, word); }, group.industries),
          read_words(
              body, "subscriptions", [](const auto& word) { return knows(categories, word); },
              group.subscriptions),
          read_words(body, "tags", is_tag, group.tags)})
        if (refusal)
            return refusal;
    return std::nullopt;
}

} // namespace

void GroupsApi::add_routes(Router& router)
{
    const auto to = [this](Answer (GroupsApi::*method)(Call)) {
        return [this, method](Call call) { return (this->*method)(std::move(call)); };
    };
    router.add({"GET",
                "groups",
                Right::read,
                "群",
                {"cursor", "limit", "org"},
                "",
                "GroupPage",
                to(&GroupsApi::list_groups)});
    router.add({"GET", "groups/{id}", Right::read, "一个群", {}, "", "Group", to(&GroupsApi::show_group)});
    router.add({"PATCH",
                "groups/{id}",
                Right::write,
                "改群的名称、单位、行业、标签、订阅、作答方式",
                {},
                "GroupChange",
                "Group",
                to(&GroupsApi::change_group)});
    router.add(
        {"GET", "orgs", Right::read, "单位", {"cursor", "limit"}, "", "OrgPage", to(&GroupsApi::list_orgs)});
    router.add({"GET", "orgs/{code}", Right::read, "一个单位", {}, "", "Org", to(&GroupsApi::show_org)});
    router.add({"POST",
                "bind-codes",
                Right::write,
                "一次性绑定码，在群里发「绑定 码」",
                {},
                "BindCodeAsked",
                "BindCode",
                to(&GroupsApi::bind_code),
                201});
}

GroupsApi::Answer GroupsApi::list_groups(Call call)
{
    const PageAsked asked = read_page(call.request, usual_page, longest_page);
    const std::string unit = net::form_value(call.request.query, "org").value_or(call.who.org);
    const std::int64_t after = std::max<std::int64_t>(0, number_of(asked.cursor));
    auto work = [unit, own = call.who.org, after, limit = asked.limit](soci::session& sql) {
        std::vector<storage::Group> groups;
        if (storage::is_within(sql, unit, own))
            groups = storage::list_groups_within(sql, unit, after, limit);
        return groups;
    };
    const auto groups = co_await house_.database.read(std::move(work));
    json items = json::array();
    for (const auto& one : groups)
        items.push_back(to_json(one));
    const bool is_full = static_cast<int>(groups.size()) == asked.limit;
    co_return answer_page(std::move(items), is_full ? std::to_string(groups.back().id) : "");
}

GroupsApi::Answer GroupsApi::show_group(Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    co_return answer(to_json(*found));
}

GroupsApi::Answer GroupsApi::change_group(Call call)
{
    auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const auto body = read_object(call.request);
    if (!body)
        co_return unreadable("name、org、industries、tags、subscriptions、mode 里要改的");
    if (const auto refusal = read_group(*body, *found))
        co_return refused(*refusal);
    auto work = [group = *found, own = call.who.org](soci::session& sql) {
        const bool exists = group.org == "root" || storage::find_org(sql, group.org);
        if (!exists || !storage::is_within(sql, group.org, own))
            return false;
        storage::upsert_group(sql, group);
        return true;
    };
    const bool is_done = co_await house_.database.write(std::move(work));
    if (!is_done) {
        const Refusal refusal{"org", "没有这个单位，或不归你管：" + found->org};
        co_return refused(refusal);
    }
    if (house_.on_group_changed)
        house_.on_group_changed(*found);
    co_return co_await show_group(std::move(call));
}

asio::awaitable<std::optional<storage::Group>> GroupsApi::find(std::string id, std::string unit)
{
    auto work = [number = number_of(id), unit](soci::session& sql) -> std::optional<storage::Group> {
        auto found = storage::find_group(sql, number);
        if (!found || !storage::is_within(sql, found->org, unit))
            return std::nullopt;
        return found;
    };
    auto found = co_await house_.database.read(std::move(work));
    co_return found;
}

GroupsApi::Answer GroupsApi::list_orgs(Call call)
{
    const PageAsked asked = read_page(call.request, usual_page, longest_page);
    auto work = [unit = call.who.org, asked](soci::session& sql) {
        return storage::list_orgs_within(sql, unit, asked.cursor, asked.limit);
    };
    const auto orgs = co_await house_.database.read(std::move(work));
    json items = json::array();
    for (const auto& one : orgs)
        items.push_back(to_json(one));
    const bool is_full = static_cast<int>(orgs.size()) == asked.limit;
    co_return answer_page(std::move(items), is_full ? orgs.back().code : "");
}

GroupsApi::Answer GroupsApi::show_org(Call call)
{
    auto work = [code = call.values[0],
                 unit = call.who.org](soci::session& sql) -> std::optional<storage::Org> {
        if (!storage::is_within(sql, code, unit))
            return std::nullopt;
        return storage::find_org(sql, code);
    };
    const auto found = co_await house_.database.read(std::move(work));
    if (!found)
        co_return not_found();
    co_return answer(to_json(*found));
}

GroupsApi::Answer GroupsApi::bind_code(Call call)
{
    const auto body = read_object(call.request);
    const std::string org = body ? read_text(*body, "org", call.who.org) : call.who.org;
    const std::string code = new_bind_code();
    const std::int64_t expires = house_.clock.now_ms() + bind_code_ms;
    auto work = [org, code, expires, own = call.who.org](soci::session& sql) {
        if (!storage::find_org(sql, org) || !storage::is_within(sql, org, own))
            return false;
        storage::add_bind_code(sql, code, org, expires);
        return true;
    };
    const bool is_made = co_await house_.database.write(std::move(work));
    if (!is_made) {
        const Refusal refusal{"org", "没有这个单位：" + org};
        co_return refused(refusal);
    }
    const json made{{"code", code}, {"org", org}, {"expires_at", format_time(expires)}};
    co_return answer(made, 201);
}

} // namespace bot::console
