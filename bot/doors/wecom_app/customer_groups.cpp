#include "bot/doors/wecom_app/customer_groups.hpp"

#include "bot/core/json.hpp"

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace bot::doors::wecom_app {
namespace {

using nlohmann::json;

constexpr std::int64_t fresh_ms = 3'000;               ///< what was read a moment ago is good enough
constexpr std::int64_t remind_after_ms = 4 * 3600'000; ///< an owner who did not tap is told again …
constexpr std::int64_t remind_every_ms = 8 * 3600'000; ///< … three times a day at most
constexpr std::int64_t results_settle_ms = 10 * 60'000;
constexpr std::chrono::milliseconds task_within{30'000};
constexpr std::size_t most_remembered = 10'000;
constexpr int most_pages = 200;

constexpr auto get_path = "/cgi-bin/externalcontact/groupchat/get";
constexpr auto list_path = "/cgi-bin/externalcontact/groupchat/list";
constexpr auto task_path = "/cgi-bin/externalcontact/add_msg_template";
constexpr auto tasks_path = "/cgi-bin/externalcontact/get_groupmsg_list_v2";
constexpr auto members_path = "/cgi-bin/externalcontact/get_groupmsg_task";
constexpr auto results_path = "/cgi-bin/externalcontact/get_groupmsg_send_result";
constexpr auto remind_path = "/cgi-bin/externalcontact/remind_groupmsg_send";
constexpr auto stop_path = "/cgi-bin/externalcontact/cancel_groupmsg_send";

std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

json list_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_array() ? *found : json::array();
}

} // namespace

CustomerGroups::CustomerGroups(tencent::Api& api, const Clock& clock, std::chrono::milliseconds gather)
    : api_(api), clock_(clock), gather_(gather)
{
}

asio::awaitable<SendOutcome> CustomerGroups::refresh()
{
    std::set<std::string> listed;
    std::string cursor;
    SendOutcome outcome;
    for (int page = 0; page < most_pages; ++page) {
        const tencent::Called called = co_await api_.call(list_path, list_groups(cursor));
        outcome = called.outcome;
        if (!outcome.delivered())
            co_return outcome;
        const json body = json_or_null(called.body);
        for (const json& one : list_of(body, "group_chat_list"))
            if (one.is_object())
                listed.insert(text_of(one, "chat_id"));
        cursor = next_cursor(body);
        if (cursor.empty())
            break;
    }
    const std::lock_guard lock(mutex_);
    listed_ = std::move(listed);
    co_return outcome;
}

std::size_t CustomerGroups::count() const
{
    const std::lock_guard lock(mutex_);
    return listed_.size();
}

asio::awaitable<std::optional<std::string>> CustomerGroups::owner_of(std::string chat_id,
                                                                     SendOutcome* trouble)
{
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = owners_.find(chat_id); found != owners_.end())
            co_return found->second;
    }
    const tencent::Called called = co_await api_.call(get_path, get_group(chat_id));
    std::optional<std::string> owner;
    if (called.outcome.delivered()) {
        const json body = json_or_null(called.body);
        const auto group = body.find("group_chat");
        owner = group != body.end() && group->is_object() ? text_of(*group, "owner") : std::string();
    } else if (called.outcome.action == SendAction::disable_chat ||
               called.outcome.action == SendAction::drop) {
        owner = std::string(); // the platform knows no such customer group
    } else {
        *trouble = called.outcome;
        if (trouble->action == SendAction::unknown_result)
            trouble->action = SendAction::retry; // nothing was sent: only the owner is not known
        co_return owner;
    }
    const std::lock_guard lock(mutex_);
    owners_[chat_id] = *owner;
    co_return owner;
}

void CustomerGroups::forget(const std::string& chat_id)
{
    const std::lock_guard lock(mutex_);
    owners_.erase(chat_id);
}

std::shared_ptr<CustomerGroups::Batch> CustomerGroups::join(const std::string& owner,
                                                            const std::string& chat_id,
                                                            const std::string& text, bool& is_first)
{
    const std::lock_guard lock(mutex_);
    auto& batch = open_[{owner, text}];
    is_first = !batch || batch->chat_ids.size() >= groups_per_task;
    if (is_first) {
        batch = std::make_shared<Batch>();
        batch->owner = owner;
        batch->text = text;
    }
    batch->chat_ids.push_back(chat_id);
    return batch;
}

asio::awaitable<SendOutcome> CustomerGroups::hand_over(std::string owner, std::string chat_id,
                                                       std::string text)
{
    bool is_first = false;
    const std::shared_ptr<Batch> batch = join(owner, chat_id, text, is_first);
    if (is_first)
        co_await make_task(batch);
    else
        co_await batch->result.wait(gather_ + task_within);
    SendOutcome outcome;
    outcome.reason = "平台没有回话，任务可能建了也可能没建";
    if (!batch->result.is_given())
        co_return outcome;
    const TaskResult result = batch->result.value();
    outcome = result.outcome;
    if (!outcome.delivered())
        co_return outcome;
    outcome.action = SendAction::handed;
    outcome.reason = "已交给群主 " + owner + "，等他在企业微信里点发送";
    if (outcome.platform_message_id.empty()) {
        outcome.action = SendAction::unknown_result;
        outcome.reason = "平台说成功，却没给任务编号";
    } else if (result.failed.contains(chat_id)) {
        outcome.action = SendAction::drop;
        outcome.reason = "建任务时平台没接这个群：群主换了，或群不在了";
    }
    co_return outcome;
}

/// Waits for others that say the same to the same owner, then asks once for all.
asio::awaitable<void> CustomerGroups::make_task(std::shared_ptr<Batch> batch)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(gather_);
    co_await timer.async_wait(net::as_values);
    std::string body;
    {
        const std::lock_guard lock(mutex_);
        const auto found = open_.find({batch->owner, batch->text});
        if (found != open_.end() && found->second == batch)
            open_.erase(found);
        body = mass_task(batch->owner, batch->chat_ids, batch->text);
    }
    const tencent::Called called = co_await api_.call(task_path, std::move(body));
    TaskResult result;
    result.outcome = called.outcome;
    const std::vector<std::string> failed = failed_groups(json_or_null(called.body));
    result.failed = std::set<std::string>(failed.begin(), failed.end());
    batch->result.give(std::move(result));
}

asio::awaitable<Sighting> CustomerGroups::look(std::string owner, Outgoing message, std::int64_t since_ms)
{
    const auto tasks = co_await tasks_of(message, since_ms);
    if (!tasks)
        co_return Sighting::cannot_tell;
    bool is_handed = false;
    for (const std::string& task : *tasks) {
        const Progress progress = co_await progress_of(task, owner);
        if (!progress.is_known)
            co_return Sighting::cannot_tell;
        if (!progress.is_member)
            continue;
        const auto state = progress.groups.find(message.chat.id);
        if (state != progress.groups.end() && state->second == 1)
            co_return Sighting::present;
        if (state != progress.groups.end() && state->second >= 2)
            co_return Sighting::refused;
        const bool left_out = progress.has_sent && state == progress.groups.end() &&
                              clock_.now_ms() - progress.sent_ms > results_settle_ms;
        if (left_out)
            co_return Sighting::refused;
        is_handed = true;
        if (may_remind(task, since_ms))
            co_await remind(task);
    }
    if (is_handed || !message.receipt.empty())
        co_return Sighting::handed;
    co_return Sighting::absent;
}

/// The task whose receipt we have, else those with that text; nothing when the platform does not tell.
asio::awaitable<std::optional<std::vector<std::string>>> CustomerGroups::tasks_of(Outgoing message,
                                                                                  std::int64_t since_ms)
{
    std::optional<std::vector<std::string>> tasks;
    if (message.receipt.empty())
        tasks = co_await tasks_with(message.text, since_ms);
    else
        tasks.emplace(1, message.receipt);
    co_return tasks;
}

/// Tasks with that text since then; nothing when the platform does not tell.
asio::awaitable<std::optional<std::vector<std::string>>> CustomerGroups::tasks_with(std::string text,
                                                                                    std::int64_t since_ms)
{
    std::vector<std::string> tasks;
    std::string cursor;
    const std::int64_t from = since_ms / 1000 - 5, to = clock_.now_ms() / 1000 + 60;
    for (int page = 0; page < most_pages; ++page) {
        const tencent::Called called = co_await api_.call(tasks_path, list_tasks(from, to, cursor));
        if (!called.outcome.delivered())
            co_return std::nullopt;
        const json body = json_or_null(called.body);
        for (const json& one : list_of(body, "group_msg_list")) {
            const auto said = one.is_object() ? one.find("text") : one.end();
            if (said != one.end() && said->is_object() && text_of(*said, "content") == text)
                tasks.push_back(text_of(one, "msgid"));
        }
        cursor = next_cursor(body);
        if (cursor.empty())
            break;
    }
    co_return tasks;
}

asio::awaitable<CustomerGroups::Progress> CustomerGroups::progress_of(std::string task_id, std::string owner)
{
    const std::pair<std::string, std::string> name(task_id, owner);
    const std::int64_t now = clock_.now_ms();
    {
        const std::lock_guard lock(mutex_);
        const auto found = progress_.find(name);
        if (found != progress_.end() && now - found->second.read_ms < fresh_ms)
            co_return found->second;
    }
    Progress progress;
    progress.read_ms = now;
    co_await read_members(task_id, owner, &progress);
    if (progress.is_known && progress.is_member)
        co_await read_groups(task_id, owner, &progress);
    const std::lock_guard lock(mutex_);
    if (progress_.size() >= most_remembered)
        progress_.clear();
    if (progress.is_known)
        progress_[name] = progress;
    co_return progress;
}

asio::awaitable<void> CustomerGroups::read_members(std::string task_id, std::string owner, Progress* progress)
{
    std::string cursor;
    for (int page = 0; page < most_pages; ++page) {
        const tencent::Called called = co_await api_.call(members_path, task_members(task_id, cursor));
        progress->is_known = called.outcome.delivered();
        if (!progress->is_known)
            co_return;
        const json body = json_or_null(called.body);
        for (const json& one : list_of(body, "task_list")) {
            if (!one.is_object() || text_of(one, "userid") != owner)
                continue;
            progress->is_member = true;
            progress->has_sent = number_of(one, "status") == 2;
            progress->sent_ms = number_of(one, "send_time") * 1000;
        }
        cursor = next_cursor(body);
        if (cursor.empty())
            break;
    }
}

asio::awaitable<void> CustomerGroups::read_groups(std::string task_id, std::string owner, Progress* progress)
{
    std::string cursor;
    for (int page = 0; page < most_pages; ++page) {
        const tencent::Called called = co_await api_.call(results_path, task_results(task_id, owner, cursor));
        progress->is_known = called.outcome.delivered();
        if (!progress->is_known)
            co_return;
        const json body = json_or_null(called.body);
        read_results(body, progress->groups);
        cursor = next_cursor(body);
        if (cursor.empty())
            break;
    }
}

bool CustomerGroups::may_remind(const std::string& task_id, std::int64_t since_ms)
{
    const std::int64_t now = clock_.now_ms();
    const std::lock_guard lock(mutex_);
    if (now - since_ms < remind_after_ms)
        return false;
    if (reminded_ms_.size() >= most_remembered)
        reminded_ms_.clear();
    std::int64_t& last = reminded_ms_[task_id];
    if (last != 0 && now - last < remind_every_ms)
        return false;
    last = now;
    return true;
}

asio::awaitable<bool> CustomerGroups::withdraw(std::string owner, Outgoing message, std::int64_t since_ms)
{
    const auto tasks = co_await tasks_of(message, since_ms);
    bool is_stopped = false;
    if (!tasks)
        co_return is_stopped;
    for (const std::string& task : *tasks) {
        const Progress progress = co_await progress_of(task, owner);
        if (!progress.is_member)
            continue;
        if (progress.has_sent)
            co_return false;
        is_stopped = co_await stop(task);
        if (!is_stopped)
            co_return false;
    }
    co_return is_stopped;
}

asio::awaitable<bool> CustomerGroups::stop(std::string task_id)
{
    {
        const std::lock_guard lock(mutex_);
        if (stopped_.contains(task_id))
            co_return true;
    }
    const tencent::Called called = co_await api_.call(stop_path, task_name(task_id));
    if (!called.outcome.delivered())
        co_return false;
    const std::lock_guard lock(mutex_);
    if (stopped_.size() >= most_remembered)
        stopped_.clear();
    stopped_.insert(task_id);
    co_return true;
}

asio::awaitable<bool> CustomerGroups::remind(std::string task_id)
{
    const tencent::Called called = co_await api_.call(remind_path, task_name(task_id));
    co_return called.outcome.delivered();
}

} // namespace bot::doors::wecom_app
