#include "bot/console/api.hpp"

#include "bot/console/tokens.hpp"
#include "bot/core/json.hpp"
#include "bot/core/text.hpp"
#include "bot/core/time.hpp"
#include "bot/outreach/audience.hpp"
#include "bot/storage/groups_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace bot::console {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using nlohmann::json;

constexpr std::int64_t bind_code_ms = 30 * 60 * 1000;

std::vector<std::string> split(const std::string& path)
{
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from <= path.size()) {
        const std::size_t end = std::min(path.find('/', from), path.size());
        parts.push_back(path.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

std::int64_t number_of(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc() && end == text.data() + text.size() ? number : -1;
}

json time_or_null(std::int64_t ms)
{
    return ms == 0 ? json(nullptr) : json(format_time(ms));
}

HttpResponse field_problem(const outreach::Refusal& refusal)
{
    const unsigned status = refusal.field == "id" ? 404 : refusal.conflict ? 409 : 422;
    HttpResponse response = net::problem(status, "没办成", refusal.message);
    json body = json::parse(response.body);
    body["errors"] = json::array({{{"field", refusal.field}, {"message", refusal.message}}});
    response.body = body.dump();
    return response;
}

json counts_json(const storage::Counts& counts)
{
    return {{"total", counts.total},
            {"waiting", counts.waiting},
            {"sending", counts.sending},
            {"sent", counts.sent},
            {"unknown", counts.unknown},
            {"failed", counts.failed},
            {"skipped", counts.skipped},
            {"of_sending", {{"handed", counts.handed}}},
            {"of_sent", {{"confirmed", counts.confirmed}}}};
}

json to_json(const storage::Announcement& one, const storage::Counts& counts)
{
    return {{"id", std::to_string(one.id)},
            {"title", one.title},
            {"body", one.body},
            {"category", one.category},
            {"audience", one.audience},
            {"priority", one.priority},
            {"state", one.state},
            {"send_at", time_or_null(one.send_at_ms)},
            {"expires_at", time_or_null(one.expires_at_ms)},
            {"created_by", one.created_by},
            {"approved_by", one.approved_by},
            {"counts", counts_json(counts)}};
}

/// A time that is null, absent or ISO 8601; nothing when it is none of these.
std::optional<std::int64_t> read_time(const json& body, const char* key)
{
    const auto found = body.find(key);
    if (found == body.end() || found->is_null())
        return 0;
    return found->is_string() ? parse_time_ms(found->get<std::string>()) : std::nullopt;
}

std::string read_text(const json& body, const char* key, const char* fallback = "")
{
    const auto found = body.find(key);
    return found != body.end() && found->is_string() ? found->get<std::string>() : fallback;
}

bool may_write(const storage::Token& who)
{
    return who.role == "admin" || who.role == "organizer" || who.role == "reviewer";
}

bool may_edit(const storage::Token& who)
{
    return who.role == "admin" || who.role == "organizer" || who.role == "editor";
}

HttpResponse not_found()
{
    return net::problem(404, "没有这个地址", "这里没有你能看的内容");
}

} // namespace

Api::Api(storage::Database& database, outreach::Announcer& announcer, const wording::Renderer& words,
         const Clock& clock, std::function<std::vector<const Door*>()> doors, QuestionsApi questions)
    : database_(database), announcer_(announcer), words_(words), clock_(clock), doors_(std::move(doors)),
      questions_(std::move(questions))
{
}

asio::awaitable<HttpResponse> Api::serve(std::string path, HttpRequest request)
{
    const std::string_view credential = net::header(request.headers, "Authorization");
    if (!credential.starts_with("Bearer "))
        co_return net::problem(401, "要先登录", "请带上 Authorization: Bearer 令牌");
    auto look = [hash = token_hash(std::string(credential.substr(7)))](soci::session& sql) {
        return storage::find_token(sql, hash);
    };
    const auto token = co_await database_.read(std::move(look));
    if (!token)
        co_return net::problem(401, "令牌不对", "请核对令牌，或用 lastmeter token add 重新发一个");
    auto parts = split(path);
    const std::string first = parts[0];
    if (first == "questions" || first == "knowledge")
        co_return co_await knowledge(std::move(parts), std::move(request), *token);
    if (request.method != "GET" && !may_write(*token))
        co_return not_found();
    if (first == "announcements")
        co_return co_await announcements(std::move(parts), std::move(request), *token);
    if (first == "groups" && request.method == "GET")
        co_return co_await groups();
    if (first == "orgs" && request.method == "GET")
        co_return co_await orgs();
    if (first == "accounts" && request.method == "GET")
        co_return accounts();
    if (first == "bind-codes" && request.method == "POST")
        co_return co_await bind_code(std::move(request), *token);
    co_return not_found();
}

asio::awaitable<HttpResponse> Api::announcements(std::vector<std::string> parts, HttpRequest request,
                                                 storage::Token who)
{
    if (parts.size() == 1 && request.method == "POST")
        co_return co_await create(std::move(request), std::move(who));
    if (parts.size() == 1 && request.method == "GET")
        co_return co_await list();
    const std::int64_t id = parts.size() > 1 ? number_of(parts[1]) : -1;
    if (id < 0)
        co_return not_found();
    if (parts.size() == 2 && request.method == "GET")
        co_return co_await show(id, 200);
    if (parts.size() == 3 && parts[2] == "deliveries" && request.method == "GET")
        co_return co_await deliveries(id, std::move(request));
    if (parts.size() == 3 && request.method == "POST")
        co_return co_await act(id, parts[2], std::move(request), std::move(who));
    co_return not_found();
}

asio::awaitable<HttpResponse> Api::knowledge(std::vector<std::string> parts, HttpRequest request,
                                             storage::Token who)
{
    const bool reads = request.method == "GET";
    if (parts[0] == "questions" && parts.size() == 1 && reads)
        co_return co_await questions_.list();
    if (reads || !may_edit(who))
        co_return not_found();
    if (parts[0] == "knowledge" && parts.size() == 2 && parts[1] == "try")
        co_return questions_.hit_test(request);
    if (parts[0] == "questions" && parts.size() == 3 && parts[2] == "attach")
        co_return co_await questions_.attach(std::move(request));
    if (parts[0] == "questions" && parts.size() == 3 && parts[2] == "not-ours")
        co_return co_await questions_.not_ours(std::move(request));
    co_return not_found();
}

asio::awaitable<HttpResponse> Api::create(HttpRequest request, storage::Token who)
{
    const json body = json_or_null(request.body);
    if (!body.is_object())
        co_return net::problem(400, "看不懂的内容", "要一个 JSON 对象，有 title、body、category、audience");
    const auto send_at = read_time(body, "send_at");
    const auto expires_at = read_time(body, "expires_at");
    if (!send_at || !expires_at) {
        outreach::Refusal refusal{send_at ? "expires_at" : "send_at",
                                  "时间要写成 2026-07-18T19:00:00+08:00，或不写"};
        co_return field_problem(refusal);
    }
    storage::Announcement draft;
    draft.title = read_text(body, "title");
    draft.body = read_text(body, "body");
    draft.category = read_text(body, "category", "notices");
    draft.audience = read_text(body, "audience");
    draft.priority = read_text(body, "priority", "notice");
    draft.send_at_ms = *send_at;
    draft.expires_at_ms = *expires_at;
    draft.created_by = who.name;
    draft.idempotency_key = std::string(net::header(request.headers, "Idempotency-Key"));
    if (who.org != "root" && outreach::parse_audience(draft.audience).condition)
        draft.audience = "org:" + who.org + " and (" + draft.audience + ")";
    const outreach::Drafted drafted = co_await announcer_.create(std::move(draft));
    if (drafted.refusal)
        co_return field_problem(*drafted.refusal);
    co_return co_await show(drafted.id, drafted.is_new ? 201 : 200);
}

asio::awaitable<HttpResponse> Api::act(std::int64_t id, std::string action, HttpRequest request,
                                       storage::Token who)
{
    std::optional<outreach::Refusal> refusal;
    if (action == "preview")
        co_return co_await preview(id);
    if (action == "submit")
        refusal = co_await announcer_.submit(id);
    else if (action == "approve")
        refusal = co_await announcer_.approve(id, who.name);
    else if (action == "reject")
        refusal = co_await announcer_.reject(id);
    else if (action == "pause")
        refusal = co_await announcer_.pause(id);
    else if (action == "resume")
        refusal = co_await announcer_.resume(id);
    else if (action == "cancel")
        refusal = co_await announcer_.cancel(id);
    else if (action == "retry")
        co_await announcer_.retry_failed(id);
    else if (action == "resolve") {
        const json body = json_or_null(request.body);
        const std::string to = body.is_object() ? read_text(body, "to") : "";
        const std::int64_t group = body.is_object() ? number_of(read_text(body, "group")) : -1;
        if ((to != "sent" && to != "waiting") || group < 0)
            co_return net::problem(422, "没看懂", "要 {\"group\":\"编号\",\"to\":\"sent\" 或 \"waiting\"}");
        refusal = co_await announcer_.resolve(id, group, to);
    } else
        co_return not_found();
    if (refusal)
        co_return field_problem(*refusal);
    co_return co_await show(id, 200);
}

asio::awaitable<HttpResponse> Api::show(std::int64_t id, unsigned status)
{
    using Found = std::pair<std::optional<storage::Announcement>, storage::Counts>;
    auto work = [id](soci::session& sql) {
        Found found;
        found.first = storage::find_announcement(sql, id);
        found.second = storage::count_deliveries(sql, id);
        return found;
    };
    const Found found = co_await database_.read(std::move(work));
    if (!found.first)
        co_return not_found();
    co_return net::json_response(status, to_json(*found.first, found.second).dump());
}

asio::awaitable<HttpResponse> Api::list()
{
    auto work = [](soci::session& sql) {
        json items = json::array();
        for (const auto& one : storage::list_announcements(sql, 50))
            items.push_back(to_json(one, storage::count_deliveries(sql, one.id)));
        return items.dump();
    };
    std::string body = co_await database_.read(std::move(work));
    co_return net::json_response(200, "{\"items\":" + body + "}");
}

asio::awaitable<HttpResponse> Api::deliveries(std::int64_t id, HttpRequest request)
{
    const std::string state = net::form_value(request.query, "state").value_or("");
    const std::int64_t after = number_of(net::form_value(request.query, "cursor").value_or("0"));
    constexpr int page = 500;
    auto work = [id, state, after](soci::session& sql) {
        return storage::list_deliveries(sql, id, state, after, page);
    };
    const auto rows = co_await database_.read(std::move(work));
    json items = json::array();
    for (const storage::Delivery& row : rows)
        items.push_back({{"group", std::to_string(row.group_id)},
                         {"account", row.account},
                         {"external_id", row.external_id},
                         {"name", row.name},
                         {"state", row.state},
                         {"attempts", row.attempts},
                         {"reason", row.reason},
                         {"platform_words", row.platform_words},
                         {"platform_message_id", row.platform_message_id},
                         {"at", time_or_null(row.at_ms)}});
    json body{{"items", std::move(items)}};
    body["next"] = rows.size() == page ? json(std::to_string(rows.back().group_id)) : json(nullptr);
    co_return net::json_response(200, body.dump());
}

asio::awaitable<HttpResponse> Api::preview(std::int64_t id)
{
    auto work = [id](soci::session& sql) { return storage::find_announcement(sql, id); };
    const auto found = co_await database_.read(std::move(work));
    if (!found)
        co_return not_found();
    const outreach::Preview preview = co_await announcer_.preview(found->audience);
    std::int64_t unreachable = 0;
    json excluded = json::array();
    for (const auto& [reason, count] : preview.reach.excluded) {
        unreachable += count;
        excluded.push_back({{"reason", reason}, {"count", count}});
    }
    const std::string text = words_.text("notice", json{{"title", found->title}, {"body", found->body}});
    json renderings = json::array();
    for (const Door* door : doors_()) {
        const std::size_t parts =
            (text::length(text) + door->capabilities().text_limit - 1) / door->capabilities().text_limit;
        renderings.push_back({{"platform", door->capabilities().label}, {"text", text}, {"parts", parts}});
    }
    co_return net::json_response(200, json{{"total", preview.reach.total},
                                           {"reachable", preview.reach.total - unreachable},
                                           {"excluded", std::move(excluded)},
                                           {"renderings", std::move(renderings)},
                                           {"earliest_finish", nullptr}}
                                          .dump());
}

asio::awaitable<HttpResponse> Api::groups()
{
    auto work = [](soci::session& sql) { return storage::list_groups(sql); };
    const auto groups = co_await database_.read(std::move(work));
    json items = json::array();
    for (const auto& one : groups)
        items.push_back({{"id", std::to_string(one.id)},
                         {"account", one.account},
                         {"external_id", one.external_id},
                         {"name", one.name},
                         {"org", one.org},
                         {"industries", one.industries},
                         {"tags", one.tags},
                         {"subscriptions", one.subscriptions},
                         {"mode", one.mode},
                         {"state", one.state}});
    co_return net::json_response(200, json{{"items", std::move(items)}}.dump());
}

asio::awaitable<HttpResponse> Api::orgs()
{
    auto work = [](soci::session& sql) { return storage::list_orgs(sql); };
    const auto orgs = co_await database_.read(std::move(work));
    json items = json::array();
    for (const auto& one : orgs)
        items.push_back({{"code", one.code}, {"name", one.name}, {"parent", one.parent}, {"kind", one.kind}});
    co_return net::json_response(200, json{{"items", std::move(items)}}.dump());
}

asio::awaitable<HttpResponse> Api::bind_code(HttpRequest request, storage::Token who)
{
    const json body = json_or_null(request.body);
    const std::string org = body.is_object() ? read_text(body, "org", who.org.c_str()) : who.org;
    const std::string code = new_bind_code();
    const std::int64_t expires = clock_.now_ms() + bind_code_ms;
    auto work = [org, code, expires](soci::session& sql) {
        if (!storage::find_org(sql, org))
            return false;
        storage::add_bind_code(sql, code, org, expires);
        return true;
    };
    const bool made = co_await database_.write(std::move(work));
    if (!made) {
        outreach::Refusal refusal{"org", "没有这个单位：" + org};
        co_return field_problem(refusal);
    }
    co_return net::json_response(
        201, json{{"code", code}, {"org", org}, {"expires_at", format_time(expires)}}.dump());
}

HttpResponse Api::accounts() const
{
    json items = json::array();
    for (const Door* door : doors_()) {
        const AccountHealth health = door->health();
        items.push_back({{"id", door->account()},
                         {"label", door->capabilities().label},
                         {"official", door->capabilities().official},
                         {"connected", health.connected},
                         {"detail", health.detail},
                         {"last_event", time_or_null(health.last_event_ms)},
                         {"last_success", time_or_null(health.last_success_ms)}});
    }
    return net::json_response(200, json{{"items", std::move(items)}}.dump());
}

} // namespace bot::console
