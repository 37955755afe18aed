#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/tencent/api.hpp"
#include "bot/doors/tencent/promise.hpp"
#include "bot/doors/wecom_app/send.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bot::doors::wecom_app {

/// Groups of customers: nobody but their owner can send into them, and only by tapping a task. What is said
/// to several groups of one owner within a moment is one task, so that one tap sends it to all. Thread-safe.
class CustomerGroups {
public:
    CustomerGroups(tencent::Api& api, const Clock& clock, std::chrono::milliseconds gather);

    /// Reads the list anew; what went wrong, or `ok`.
    asio::awaitable<SendOutcome> refresh();
    std::size_t count() const;

    /// The owner's user id; empty when it is no customer group; nothing when that cannot be told now (then
    /// `trouble` says why).
    asio::awaitable<std::optional<std::string>> owner_of(std::string chat_id, SendOutcome* trouble);
    /// The group changed: what is known of it is old.
    void forget(const std::string& chat_id);

    /// `handed` with the task's id as its receipt, or why there is no task.
    asio::awaitable<SendOutcome> hand_over(std::string owner, std::string chat_id, std::string text);

    /// Where the task of that text stands for the group. Reminds the owner of an old one now and then.
    asio::awaitable<Sighting> look(std::string owner, Outgoing message, std::int64_t since_ms);
    /// Stops the task of that text, unless it was sent already.
    asio::awaitable<bool> withdraw(std::string owner, Outgoing message, std::int64_t since_ms);
    /// Tells the owner again; the platform allows it three times a day.
    asio::awaitable<bool> remind(std::string task_id);

private:
    struct TaskResult {
        SendOutcome outcome;
        std::set<std::string> failed;
    };
    struct Batch {
        std::string owner, text;
        std::vector<std::string> chat_ids;
        tencent::Promised<TaskResult> result;
    };
    /// What a task's owner did, as it was a moment ago.
    struct Progress {
        bool is_known = false; ///< the platform answered
        bool is_member = false;
        bool has_sent = false;
        std::int64_t sent_ms = 0;
        GroupStates groups;
        std::int64_t read_ms = 0;
    };

    std::shared_ptr<Batch> join(const std::string& owner, const std::string& chat_id, const std::string& text,
                                bool& is_first);
    asio::awaitable<void> make_task(std::shared_ptr<Batch> batch);
    asio::awaitable<std::optional<std::vector<std::string>>> tasks_of(Outgoing message,
                                                                      std::int64_t since_ms);
    asio::awaitable<std::optional<std::vector<std::string>>> tasks_with(std::string text,
                                                                        std::int64_t since_ms);
    asio::awaitable<bool> stop(std::string task_id);
    asio::awaitable<Progress> progress_of(std::string task_id, std::string owner);
    asio::awaitable<void> read_members(std::string task_id, std::string owner, Progress* progress);
    asio::awaitable<void> read_groups(std::string task_id, std::string owner, Progress* progress);
    bool may_remind(const std::string& task_id, std::int64_t since_ms);

    tencent::Api& api_;
    const Clock& clock_;
    const std::chrono::milliseconds gather_;
    mutable std::mutex mutex_;
    std::set<std::string> listed_;
    std::map<std::string, std::string> owners_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<Batch>> open_; ///< by owner and text
    std::map<std::pair<std::string, std::string>, Progress> progress_;           ///< by task and owner
    std::map<std::string, std::int64_t> reminded_ms_;
    std::set<std::string> stopped_; ///< several groups share one task, which is stopped once
};

} // namespace bot::doors::wecom_app
