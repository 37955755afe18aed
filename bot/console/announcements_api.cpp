#include "bot/console/announcements_api.hpp"

#include "bot/console/respond.hpp"
#include "bot/outreach/audience.hpp"
#include "bot/outreach/forecast.hpp"
#include "bot/outreach/holding.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace bot::console {
namespace {

using net::HttpResponse;
using nlohmann::json;
using outreach::Refusal;

constexpr int deliveries_a_page = 500;
constexpr auto expected = "title、body、category、audience";

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

/// What `body` names is taken over into `draft`.
std::optional<Refusal> read_draft(const json& body, storage::Announcement& draft)
{
    for (const char* key : {"send_at", "expires_at"}) {
        const auto time = read_time(body, key);
        if (!time)
            return Refusal{key, "时间要写成 2026-07-18T19:00:00+08:00，或不写"};
        if (body.contains(key))
            (std::string_view(key) == "send_at" ? draft.send_at_ms : draft.expires_at_ms) = *time;
    }
    draft.title = read_text(body, "title", draft.title);
    draft.body = read_text(body, "body", draft.body);
    draft.category = read_text(body, "category", draft.category);
    draft.audience = read_text(body, "audience", draft.audience);
    draft.priority = read_text(body, "priority", draft.priority);
    return std::nullopt;
}

/// Nobody reaches a group outside of the own unit. What cannot be read is refused later, with the place.
void narrow(std::string& audience, const std::string& unit)
{
    const std::string fence = "org:" + unit + " and (";
    if (unit != "root" && !audience.starts_with(fence) && outreach::parse_audience(audience).condition)
        audience = fence + audience + ")";
}

json to_json(const storage::Announcement& announcement, const storage::Delivery& row,
             const outreach::Moment& moment)
{
    json value{{"group", std::to_string(row.group_id)},
               {"account", row.account},
               {"external_id", row.external_id},
               {"name", row.name},
               {"state", row.state},
               {"attempts", row.attempts},
               {"reason", row.reason},
               {"until", nullptr},
               {"platform_words", row.platform_words},
               {"platform_message_id", row.platform_message_id},
               {"at", time_or_null(row.at_ms)}};
    if (const auto held = outreach::holding_of(announcement, row, moment)) {
        value["state"] = "held";
        value["reason"] = held->reason;
        value["until"] = time_or_null(held->until_ms);
    }
    if (row.state == "unknown") {
        value["sent_at"] = time_or_null(row.intent_ms);
        value["age_s"] = (moment.now_ms - row.intent_ms) / 1000;
    }
    return value;
}

outreach::Moment moment_of(const House& house)
{
    outreach::Moment moment;
    moment.now_ms = house.clock.now_ms();
    moment.rules = house.rules;
    moment.door = [lanes = house.lanes()](const std::string& account) -> const Door* {
        for (const Lane& lane : lanes)
            if (lane.door->account() == account)
                return lane.door;
        return nullptr;
    };
    return moment;
}

} // namespace

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
            {"org", one.org},
            {"created_by", one.created_by},
            {"created_at", time_or_null(one.created_ms)},
            {"edited_by", one.edited_by},
            {"approved_by", one.approved_by},
            {"counts", counts_json(counts)}};
}

void AnnouncementsApi::add_routes(Router& router)
{
    const auto to = [this](Answer (AnnouncementsApi::*method)(Call)) {
        return [this, method](Call call) { return (this->*method)(std::move(call)); };
    };
    using Api = AnnouncementsApi;
    router.add({"POST",
                "announcements",
                Right::write,
                "写一条通知（草稿）",
                {},
                "Draft",
                "Announcement",
                to(&Api::create),
                201});
    router.add({"GET",
                "announcements",
                Right::read,
                "通知，新的在前",
                {"state", "cursor", "limit"},
                "",
                "AnnouncementPage",
                to(&Api::list)});
    router.add({"GET",
                "announcements/{id}",
                Right::read,
                "一条通知和它的进度",
                {},
                "",
                "Announcement",
                to(&Api::show)});
    router.add({"PATCH",
                "announcements/{id}",
                Right::write,
                "改一改；复核过的要重新复核",
                {},
                "Draft",
                "Announcement",
                to(&Api::rewrite)});
    router.add({"DELETE", "announcements/{id}", Right::write, "删掉草稿", {}, "", "", to(&Api::remove), 204});
    router.add({"POST",
                "announcements/{id}/preview",
                Right::read,
                "能发到多少群、发出去什么样",
                {},
                "",
                "Preview",
                to(&Api::preview)});
    router.add({"GET",
                "announcements/{id}/deliveries",
                Right::read,
                "每个群发得怎样",
                {"state", "cursor", "limit"},
                "",
                "DeliveryPage",
                to(&Api::deliveries)});
    router.add({"POST",
                "announcements/{id}/resolve",
                Right::write,
                "「不确定」的：群里有了，或没有、重发",
                {},
                "Resolution",
                "Announcement",
                to(&Api::resolve)});
    outreach::Announcer& announcer = house_.announcer;
    add_step(router, "submit", Right::write, "送审；一个人可以发的直接排上",
             [&announcer](std::int64_t id, const Call&) { return announcer.submit(id); });
    add_step(
        router, "approve", Right::approve, "同意；自己写的不能自己复核",
        [&announcer](std::int64_t id, const Call& call) { return announcer.approve(id, call.who.name); });
    add_step(router, "reject", Right::approve, "退回",
             [&announcer](std::int64_t id, const Call&) { return announcer.reject(id); });
    add_step(router, "pause", Right::write, "暂停",
             [&announcer](std::int64_t id, const Call&) { return announcer.pause(id); });
    add_step(router, "resume", Right::write, "继续",
             [&announcer](std::int64_t id, const Call&) { return announcer.resume(id); });
    add_step(router, "cancel", Right::write, "取消；没发的不再发",
             [&announcer](std::int64_t id, const Call&) { return announcer.cancel(id); });
    add_step(router, "retry", Right::write, "没发成的再发一次",
             [&announcer](std::int64_t id, const Call&) { return announcer.retry_failed(id); });
}

void AnnouncementsApi::add_step(Router& router, const char* name, Right right, const char* summary, Step step)
{
    router.add({"POST",
                std::string("announcements/{id}/") + name,
                right,
                summary,
                {},
                "",
                "Announcement",
                [this, step = std::move(step)](Call call) { return take_step(step, std::move(call)); }});
}

AnnouncementsApi::Answer AnnouncementsApi::create(Call call)
{
    const auto body = read_object(call.request);
    if (!body)
        co_return unreadable(expected);
    storage::Announcement draft;
    draft.category = "notices";
    if (const auto refusal = read_draft(*body, draft))
        co_return refused(*refusal);
    draft.created_by = call.who.name;
    draft.org = call.who.org;
    draft.idempotency_key = std::string(net::header(call.request.headers, "Idempotency-Key"));
    narrow(draft.audience, call.who.org);
    const outreach::Drafted drafted = co_await house_.announcer.create(std::move(draft));
    if (drafted.refusal)
        co_return refused(*drafted.refusal);
    co_return co_await tell(drafted.id, drafted.is_new ? 201 : 200);
}

AnnouncementsApi::Answer AnnouncementsApi::list(Call call)
{
    const PageAsked asked = read_page(call.request, 50, 200);
    storage::AnnouncementPage page;
    page.unit = call.who.org;
    page.state = net::form_value(call.request.query, "state").value_or("");
    page.before_id = std::max<std::int64_t>(0, number_of(asked.cursor));
    page.limit = asked.limit;
    using Rows = std::vector<std::pair<storage::Announcement, storage::Counts>>;
    auto work = [page](soci::session& sql) {
        Rows rows;
        for (const auto& one : storage::list_announcements(sql, page))
            rows.emplace_back(one, storage::count_deliveries(sql, one.id));
        return rows;
    };
    const Rows rows = co_await house_.database.read(std::move(work));
    json items = json::array();
    for (const auto& [one, counts] : rows)
        items.push_back(to_json(one, counts));
    const bool is_full = static_cast<int>(rows.size()) == page.limit;
    co_return answer_page(std::move(items), is_full ? std::to_string(rows.back().first.id) : "");
}

AnnouncementsApi::Answer AnnouncementsApi::show(Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    co_return co_await tell(found->id, 200);
}

AnnouncementsApi::Answer AnnouncementsApi::rewrite(Call call)
{
    auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const auto body = read_object(call.request);
    if (!body)
        co_return unreadable(expected);
    if (const auto refusal = read_draft(*body, *found))
        co_return refused(*refusal);
    narrow(found->audience, call.who.org);
    found->edited_by = call.who.name;
    const std::int64_t id = found->id;
    const auto refusal = co_await house_.announcer.rewrite(std::move(*found));
    if (refusal)
        co_return refused(*refusal);
    co_return co_await tell(id, 200);
}

AnnouncementsApi::Answer AnnouncementsApi::remove(Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const auto refusal = co_await house_.announcer.remove(found->id);
    if (refusal)
        co_return refused(*refusal);
    HttpResponse gone;
    gone.status = 204;
    co_return gone;
}

AnnouncementsApi::Answer AnnouncementsApi::take_step(Step step, Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const auto refusal = co_await step(found->id, call);
    if (refusal)
        co_return refused(*refusal);
    co_return co_await tell(found->id, 200);
}

AnnouncementsApi::Answer AnnouncementsApi::resolve(Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const auto body = read_object(call.request);
    const std::string to = body ? read_text(*body, "to") : "";
    const std::int64_t group = body ? number_of(read_text(*body, "group")) : -1;
    if ((to != "sent" && to != "waiting") || group < 0) {
        const Refusal refusal{to == "sent" || to == "waiting" ? "group" : "to",
                              "要 {\"group\":\"编号\",\"to\":\"sent\" 或 \"waiting\"}"};
        co_return refused(refusal);
    }
    const auto refusal = co_await house_.announcer.resolve(found->id, group, to);
    if (refusal)
        co_return refused(*refusal);
    co_return co_await tell(found->id, 200);
}

AnnouncementsApi::Answer AnnouncementsApi::preview(Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const outreach::Preview preview = co_await house_.announcer.preview(found->audience);
    if (preview.refusal)
        co_return refused(*preview.refusal);
    std::int64_t unreachable = 0;
    json excluded = json::array();
    for (const auto& [reason, count] : preview.reach.excluded) {
        unreachable += count;
        excluded.push_back({{"reason", reason}, {"count", count}});
    }
    json body{{"total", preview.reach.total},
              {"reachable", preview.reach.total - unreachable},
              {"excluded", std::move(excluded)},
              {"renderings", renderings(*found, preview)},
              {"earliest_finish", finish(*found, preview)}};
    co_return answer(body);
}

std::string AnnouncementsApi::text_of(const storage::Announcement& one) const
{
    return house_.words.text("notice", json{{"title", one.title}, {"body", one.body}});
}

/// One for each kind of door that the notice leaves by.
json AnnouncementsApi::renderings(const storage::Announcement& one, const outreach::Preview& preview) const
{
    const std::string text = text_of(one);
    json list = json::array();
    std::set<std::string> seen;
    for (const Lane& lane : house_.lanes())
        if (preview.by_account.contains(lane.door->account()) &&
            seen.insert(lane.door->capabilities().label).second)
            list.push_back({{"platform", lane.door->capabilities().label},
                            {"text", text},
                            {"parts", lane.door->split(text).size()},
                            {"problems", lane.door->lint(text)}});
    return list;
}

json AnnouncementsApi::finish(const storage::Announcement& one, const outreach::Preview& preview) const
{
    const std::string text = text_of(one);
    std::vector<outreach::Share> shares;
    for (const Lane& lane : house_.lanes())
        if (const auto part = preview.by_account.find(lane.door->account()); part != preview.by_account.end())
            shares.push_back({part->second, static_cast<std::int64_t>(lane.door->split(text).size()),
                              lane.rate, lane.door->capabilities().push});
    const bool passes = one.priority == "emergency" && house_.rules.approval_from_groups > 0;
    const auto at = outreach::earliest_finish_ms(shares, std::max(one.send_at_ms, house_.clock.now_ms()),
                                                 house_.rules.quiet, passes);
    return at && !shares.empty() ? time_or_null(*at) : json(nullptr);
}

AnnouncementsApi::Answer AnnouncementsApi::deliveries(Call call)
{
    const auto found = co_await find(call.values[0], call.who.org);
    if (!found)
        co_return not_found();
    const PageAsked asked = read_page(call.request, deliveries_a_page, deliveries_a_page);
    const std::string wanted = net::form_value(call.request.query, "state").value_or("");
    const outreach::Moment moment = moment_of(house_);
    storage::DeliveryPage page;
    page.state = wanted == "held" ? "waiting" : wanted;
    page.after_group = std::max<std::int64_t>(0, number_of(asked.cursor));
    page.limit = asked.limit;
    page.cap = outreach::daily_cap(house_.rules, moment.now_ms);
    auto work = [id = found->id, page](soci::session& sql) {
        return storage::list_deliveries(sql, id, page);
    };
    const auto rows = co_await house_.database.read(std::move(work));
    json items = json::array();
    for (const storage::Delivery& row : rows) {
        json item = to_json(*found, row, moment);
        if (wanted != "held" || item["state"] == "held")
            items.push_back(std::move(item));
    }
    const bool is_full = static_cast<int>(rows.size()) == page.limit;
    co_return answer_page(std::move(items), is_full ? std::to_string(rows.back().group_id) : "");
}

asio::awaitable<std::optional<storage::Announcement>> AnnouncementsApi::find(std::string id, std::string unit)
{
    auto work = [number = number_of(id), unit](soci::session& sql) -> std::optional<storage::Announcement> {
        auto found = storage::find_announcement(sql, number);
        if (!found || !storage::is_within(sql, found->org, unit))
            return std::nullopt;
        return found;
    };
    auto found = co_await house_.database.read(std::move(work));
    co_return found;
}

AnnouncementsApi::Answer AnnouncementsApi::tell(std::int64_t id, unsigned status)
{
    using Found = std::pair<std::optional<storage::Announcement>, storage::Counts>;
    auto work = [id](soci::session& sql) {
        Found found;
        found.first = storage::find_announcement(sql, id);
        found.second = storage::count_deliveries(sql, id);
        return found;
    };
    const Found found = co_await house_.database.read(std::move(work));
    if (!found.first)
        co_return not_found();
    co_return answer(to_json(*found.first, found.second), status);
}

} // namespace bot::console
