#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/ids.hpp"
#include "bot/outreach/rules.hpp"
#include "bot/storage/announcements_store.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/deliveries_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace bot::outreach {

namespace asio = boost::asio;

/// The outcome of a request of an organizer: a field and a plain-Chinese message when it could not be done.
struct Refusal {
    std::string field;
    std::string message;
    bool conflict = false; ///< the state does not allow it (409), else the input is wrong (422)
};

struct Drafted {
    std::int64_t id = 0;
    bool is_new = true;
    std::optional<Refusal> refusal;
};

struct Preview {
    storage::Reach reach;
    std::map<std::string, std::int64_t> by_account; ///< reachable groups
    std::optional<Refusal> refusal;
};

/// The life of an announcement: draft → review → scheduled → sending ⇄ paused → done; rejected, cancelled.
/// Thread-safe: every step is one transaction that checks the state it leaves.
class Announcer {
public:
    /// `on_work` wakes the postmen.
    Announcer(storage::Database& database, const Clock& clock, IdSource& ids, Rules rules,
              std::function<void()> on_work);

    asio::awaitable<Drafted> create(storage::Announcement draft);
    /// Another text, audience or time by `changed.edited_by`; an approval that there was is void.
    asio::awaitable<std::optional<Refusal>> rewrite(storage::Announcement changed);
    /// A draft, or one that was rejected, is gone.
    asio::awaitable<std::optional<Refusal>> remove(std::int64_t id);
    asio::awaitable<Preview> preview(std::string audience);
    asio::awaitable<std::optional<Refusal>> submit(std::int64_t id);
    asio::awaitable<std::optional<Refusal>> approve(std::int64_t id, std::string by);
    asio::awaitable<std::optional<Refusal>> reject(std::int64_t id);
    asio::awaitable<std::optional<Refusal>> pause(std::int64_t id);
    asio::awaitable<std::optional<Refusal>> resume(std::int64_t id);
    asio::awaitable<std::optional<Refusal>> cancel(std::int64_t id);
    /// `sent`: the group has it; `waiting`: it has not, send again.
    asio::awaitable<std::optional<Refusal>> resolve(std::int64_t id, std::int64_t group, std::string to);
    /// Nothing to repeat is no refusal.
    asio::awaitable<std::optional<Refusal>> retry_failed(std::int64_t id);

    /// Starts what is due and ends what is done; for a loop of the owner. Returns how many started.
    asio::awaitable<int> tick();

    /// The same steps on the caller's thread, for the command line.
    Drafted create_now(storage::Announcement draft);
    Preview preview_now(const std::string& audience);
    std::optional<Refusal> submit_now(std::int64_t id);

private:
    asio::awaitable<std::optional<Refusal>> move(std::int64_t id, std::string from, std::string to);

    storage::Database& database_;
    const Clock& clock_;
    IdSource& ids_;
    const Rules rules_;
    const std::function<void()> on_work_;
};

} // namespace bot::outreach
