#include "bot/outreach/announcer.hpp"

#include "bot/core/text.hpp"
#include "bot/outreach/audience.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace bot::outreach {
namespace {

constexpr std::array categories{"activities", "jobs", "rights", "mutual-aid", "services", "notices"};
constexpr std::array priorities{"emergency", "reminder", "notice"};
constexpr std::size_t longest_title = 60;
constexpr std::size_t longest_body = 2000;

template <class List> bool contains(const List& list, const std::string& word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

int urgency_of(const std::string& priority)
{
    return static_cast<int>(std::find(priorities.begin(), priorities.end(), priority) - priorities.begin());
}

std::string with_position(const AudienceError& error)
{
    return "第 " + std::to_string(error.position + 1) + " 个字符处：" + error.message;
}

std::optional<Refusal> check(const storage::Announcement& draft)
{
    if (text::trim(draft.title).empty() || text::length(draft.title) > longest_title)
        return Refusal{"title", "标题要有，最多 60 个字"};
    if (text::trim(draft.body).empty() || text::length(draft.body) > longest_body)
        return Refusal{"body", "内容要有，最多 2000 个字"};
    if (!contains(categories, draft.category))
        return Refusal{"category", "类别应是 activities、jobs、rights、mutual-aid、services、notices 之一"};
    if (!contains(priorities, draft.priority))
        return Refusal{"priority", "priority 应是 notice、reminder、emergency 之一"};
    if (draft.expires_at_ms > 0 && draft.expires_at_ms <= draft.send_at_ms)
        return Refusal{"expires_at", "过期时间要晚于发送时间"};
    const Audience audience = parse_audience(draft.audience);
    if (!audience.condition)
        return Refusal{"audience", with_position(audience.error)};
    return std::nullopt;
}

Refusal wrong_state(const std::optional<storage::Announcement>& found)
{
    if (!found)
        return {"id", "没有这条通知"};
    return {"state", "这条通知现在是 " + found->state + "，不能这样做", true};
}

/// Whether the same key came with something else.
bool is_the_same(const storage::Announcement& a, const storage::Announcement& b)
{
    return a.title == b.title && a.body == b.body && a.category == b.category && a.audience == b.audience &&
           a.priority == b.priority && a.send_at_ms == b.send_at_ms && a.expires_at_ms == b.expires_at_ms;
}

Drafted insert(soci::session& sql, storage::Announcement draft)
{
    const storage::Announcement wanted = draft;
    Drafted done;
    done.is_new = storage::insert_announcement(sql, draft);
    done.id = draft.id;
    const auto earlier = done.is_new ? std::nullopt : storage::find_announcement(sql, draft.id);
    if (earlier && !is_the_same(*earlier, wanted))
        done.refusal = Refusal{"Idempotency-Key", "这个 Idempotency-Key 用过，那次的内容不一样", true};
    return done;
}

storage::Reach reach_of(soci::session& sql, const storage::Announcement& one)
{
    const Audience audience = parse_audience(one.audience);
    return audience.condition ? storage::count_reach(sql, *audience.condition) : storage::Reach();
}

bool must_be_approved(soci::session& sql, const storage::Announcement& one, const Rules& rules)
{
    return rules.needs_approval(reach_of(sql, one).total, one.priority == "emergency");
}

/// The frozen audience becomes rows, in the caller's transaction. What has grown beyond what one person may
/// send alone goes to a second one instead.
bool start_sending(soci::session& sql, const storage::Announcement& one, const Rules& rules,
                   std::int64_t now_ms)
{
    const Audience audience = parse_audience(one.audience);
    if (!audience.condition)
        return false;
    if (!one.is_approved() && must_be_approved(sql, one, rules)) {
        storage::move_announcement(sql, one.id, "scheduled", "review");
        return false;
    }
    if (!storage::move_announcement(sql, one.id, "scheduled", "sending"))
        return false;
    storage::fan_out(sql, one.id, urgency_of(one.priority), *audience.condition, now_ms);
    return true;
}

std::optional<Refusal> submit_in(soci::session& sql, std::int64_t id, const Rules& rules, std::int64_t now_ms)
{
    const auto found = storage::find_announcement(sql, id);
    if (!found || found->state != "draft")
        return wrong_state(found);
    if (reach_of(sql, *found).total == 0)
        return Refusal{"audience", "没有一个群符合条件，请改一改发给谁"};
    const bool needs_approval = must_be_approved(sql, *found, rules);
    storage::move_announcement(sql, id, "draft", needs_approval ? "review" : "scheduled");
    if (!needs_approval && found->send_at_ms <= now_ms)
        start_sending(sql, *found, rules, now_ms);
    return std::nullopt;
}

} // namespace

Announcer::Announcer(storage::Database& database, const Clock& clock, IdSource& ids, Rules rules,
                     std::function<void()> on_work)
    : database_(database), clock_(clock), ids_(ids), rules_(rules), on_work_(std::move(on_work))
{
}

Drafted Announcer::create_now(storage::Announcement draft)
{
    Drafted drafted;
    drafted.refusal = check(draft);
    if (drafted.refusal)
        return drafted;
    draft.id = ids_.next();
    draft.state = "draft";
    draft.created_ms = clock_.now_ms();
    return database_.write_now([&draft](soci::session& sql) { return insert(sql, draft); });
}

asio::awaitable<Drafted> Announcer::create(storage::Announcement draft)
{
    Drafted drafted;
    drafted.refusal = check(draft);
    if (drafted.refusal)
        co_return drafted;
    draft.id = ids_.next();
    draft.state = "draft";
    draft.created_ms = clock_.now_ms();
    auto work = [draft](soci::session& sql) { return insert(sql, draft); };
    drafted = co_await database_.write(std::move(work));
    co_return drafted;
}

asio::awaitable<std::optional<Refusal>> Announcer::rewrite(storage::Announcement changed)
{
    std::optional<Refusal> refusal = check(changed);
    if (refusal)
        co_return refusal;
    auto work = [changed](soci::session& sql) -> std::optional<Refusal> {
        if (storage::rewrite_announcement(sql, changed))
            return std::nullopt;
        return wrong_state(storage::find_announcement(sql, changed.id));
    };
    refusal = co_await database_.write(std::move(work));
    co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Announcer::remove(std::int64_t id)
{
    auto work = [id](soci::session& sql) -> std::optional<Refusal> {
        if (storage::remove_announcement(sql, id))
            return std::nullopt;
        return wrong_state(storage::find_announcement(sql, id));
    };
    auto refusal = co_await database_.write(std::move(work));
    co_return refusal;
}

Preview Announcer::preview_now(const std::string& expression)
{
    Preview preview;
    const Audience audience = parse_audience(expression);
    if (!audience.condition) {
        preview.refusal = Refusal{"audience", with_position(audience.error)};
        return preview;
    }
    preview.reach = database_.read_now(
        [&audience](soci::session& sql) { return storage::count_reach(sql, *audience.condition); });
    return preview;
}

asio::awaitable<Preview> Announcer::preview(std::string expression)
{
    Preview preview;
    const Audience audience = parse_audience(expression);
    if (!audience.condition) {
        preview.refusal = Refusal{"audience", with_position(audience.error)};
        co_return preview;
    }
    auto work = [condition = *audience.condition](soci::session& sql) {
        Preview found;
        found.reach = storage::count_reach(sql, condition);
        found.by_account = storage::count_by_account(sql, condition);
        return found;
    };
    preview = co_await database_.read(std::move(work));
    co_return preview;
}

std::optional<Refusal> Announcer::submit_now(std::int64_t id)
{
    const std::int64_t now = clock_.now_ms();
    return database_.write_now([&](soci::session& sql) { return submit_in(sql, id, rules_, now); });
}

asio::awaitable<std::optional<Refusal>> Announcer::submit(std::int64_t id)
{
    auto work = [id, rules = rules_, now = clock_.now_ms()](soci::session& sql) {
        return submit_in(sql, id, rules, now);
    };
    auto refusal = co_await database_.write(std::move(work));
    on_work_();
    co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Announcer::approve(std::int64_t id, std::string by)
{
    auto work = [id, by, rules = rules_,
                 now = clock_.now_ms()](soci::session& sql) -> std::optional<Refusal> {
        auto found = storage::find_announcement(sql, id);
        if (!found || found->state != "review")
            return wrong_state(found);
        if (found->created_by == by || found->edited_by == by)
            return Refusal{"approved_by", "写通知的人不能自己复核，请换一个人", true};
        storage::set_approver(sql, id, by);
        found->approved_by = by;
        storage::move_announcement(sql, id, "review", "scheduled");
        if (found->send_at_ms <= now)
            start_sending(sql, *found, rules, now);
        return std::nullopt;
    };
    auto refusal = co_await database_.write(std::move(work));
    on_work_();
    co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Announcer::move(std::int64_t id, std::string from, std::string to)
{
    auto work = [id, from, to](soci::session& sql) -> std::optional<Refusal> {
        if (storage::move_announcement(sql, id, from, to))
            return std::nullopt;
        return wrong_state(storage::find_announcement(sql, id));
    };
    auto refusal = co_await database_.write(std::move(work));
    on_work_();
    co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Announcer::reject(std::int64_t id)
{
    return move(id, "review", "rejected");
}

asio::awaitable<std::optional<Refusal>> Announcer::pause(std::int64_t id)
{
    return move(id, "sending", "paused");
}

asio::awaitable<std::optional<Refusal>> Announcer::resume(std::int64_t id)
{
    return move(id, "paused", "sending");
}

asio::awaitable<std::optional<Refusal>> Announcer::cancel(std::int64_t id)
{
    auto work = [id, now = clock_.now_ms()](soci::session& sql) -> std::optional<Refusal> {
        const auto found = storage::find_announcement(sql, id);
        for (const char* from : {"draft", "review", "scheduled", "sending", "paused"})
            if (found && storage::move_announcement(sql, id, from, "cancelled")) {
                storage::skip_open(sql, id, "已取消", now);
                return std::nullopt;
            }
        return wrong_state(found);
    };
    auto refusal = co_await database_.write(std::move(work));
    co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Announcer::resolve(std::int64_t id, std::int64_t group,
                                                           std::string to)
{
    auto work = [id, group, to, now = clock_.now_ms()](soci::session& sql) -> std::optional<Refusal> {
        const std::string reason = to == "sent" ? "组织员看过：群里有了" : "组织员看过：群里没有，重发";
        if (storage::resolve_unknown(sql, id, group, to, reason, now))
            return std::nullopt;
        return Refusal{"group", "这个群的这条不是「不确定」，不用处理", true};
    };
    auto refusal = co_await database_.write(std::move(work));
    on_work_();
    co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Announcer::retry_failed(std::int64_t id)
{
    auto work = [id, now = clock_.now_ms()](soci::session& sql) -> std::optional<Refusal> {
        const auto found = storage::find_announcement(sql, id);
        if (!found || (found->state != "done" && found->state != "sending" && found->state != "paused"))
            return wrong_state(found);
        if (storage::retry_failed(sql, id, now) > 0)
            storage::move_announcement(sql, id, "done", "sending");
        return std::nullopt;
    };
    auto refusal = co_await database_.write(std::move(work));
    on_work_();
    co_return refusal;
}

asio::awaitable<int> Announcer::tick()
{
    auto work = [rules = rules_, now = clock_.now_ms()](soci::session& sql) {
        int started = 0;
        for (const std::int64_t id : storage::due_announcements(sql, now))
            if (const auto one = storage::find_announcement(sql, id))
                started += start_sending(sql, *one, rules, now) ? 1 : 0;
        storage::finish_due(sql, now);
        return started;
    };
    const int started = co_await database_.write(std::move(work));
    if (started > 0)
        on_work_();
    co_return started;
}

} // namespace bot::outreach
