#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/core/ids.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/postman.hpp"
#include "bot/storage/claims_store.hpp"
#include "bot/storage/groups_store.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// What the tests of the delivery engine share: a city of forty groups on a real store, and a platform that
/// does what it is told.
namespace outreach_test {

namespace asio = boost::asio;

constexpr std::int64_t noon = 1'784'347'200'000; // 2026-07-18 12:00 in Shanghai
constexpr int groups = 40;

/// A platform that answers as its script says, then always accepts.
class ScriptedDoor final : public bot::Door {
public:
    ScriptedDoor();

    const std::string& account() const override { return account_; }
    const bot::Capabilities& capabilities() const override { return can; }
    bot::AccountHealth health() const override;
    asio::awaitable<bot::SendOutcome> send(bot::Outgoing message) override;
    asio::awaitable<bot::Sighting> look_up(bot::Outgoing message, std::int64_t since_ms) override;
    asio::awaitable<bool> withdraw(bot::Outgoing message, std::int64_t since_ms) override;

    /// Ends every send that stalls, as accepted.
    void release();

    std::deque<bot::SendOutcome> script;
    std::function<std::optional<bot::SendOutcome>(const std::string& chat)> rule; ///< asked before the script
    std::set<std::string> stalled_chats; ///< a send there is answered at `release`
    std::map<std::string, int> arrived;
    std::vector<std::int64_t> asked_ms; ///< when each send came, by `clock`
    std::optional<bot::Sighting> sight; ///< what look-ups say; nothing = the truth
    const bot::Clock* clock = nullptr;
    bool can_send = true;
    int looks = 0, most_looks_at_once = 0;
    std::set<std::string> receipts_seen, withdrawn; ///< by look-ups, and chats whose task was taken back
    bot::Capabilities can;

private:
    std::string account_ = "a";
    bool released_ = false;
    std::vector<asio::steady_timer*> stalled_; ///< each lives in the send that waits for it
    int looking_ = 0;
};

bot::SendOutcome outcome_of(bot::SendAction action, bot::Scope scope = bot::Scope::account,
                            std::int64_t retry_after_ms = 0);

struct Town {
    explicit Town(int approval_from_groups = 0);

    std::int64_t announce(const std::string& audience = "root", const std::string& priority = "notice");
    bot::storage::Counts counts(std::int64_t id);
    std::vector<bot::storage::Delivery> rows(std::int64_t id, const std::string& state = "");
    std::int64_t begin_epoch();
    bot::storage::Claim claim(std::int64_t epoch, const bot::storage::ClaimLimits& limits);

    std::function<void()> on_render; ///< runs while a row is being claimed, on the store's thread

    testing_support::TempDir dir;
    bot::ManualClock clock{noon};
    bot::storage::Database database;
    bot::IdSource ids;
    bot::outreach::Announcer announcer;
};

/// A postman at work in a town; the clock runs `step_ms` each time it is looked at.
class Delivery {
public:
    Delivery(Town& town, ScriptedDoor& door, bot::outreach::PostmanSettings settings = quick());
    ~Delivery();

    /// Until `is_enough` says so; whenever it is asked, the states of `id` add up.
    void run_until(std::int64_t id, const std::function<bool(const bot::storage::Counts&)>& is_enough,
                   std::int64_t step_ms = 200);
    /// So long on the town's clock.
    void run_for(std::int64_t span_ms, std::int64_t step_ms = 200);
    /// Ends it; true when it ended in time.
    bool stop();

    bot::outreach::Postman& postman() { return postman_; }
    static bot::outreach::PostmanSettings quick();

private:
    void step(std::int64_t step_ms);

    Town& town_;
    asio::io_context context_{1};
    bot::outreach::Postman postman_;
    bool ended_ = false;
};

} // namespace outreach_test
