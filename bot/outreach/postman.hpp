#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/outreach/pacer.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/deliveries_store.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bot::outreach {

struct PostmanSettings {
    std::optional<Rate> rate;
    int quiet_from_minute = -1; ///< minutes of the day in Asia/Shanghai; -1 = no quiet hours
    int quiet_to_minute = -1;
    int per_group_per_day = 0;
    int concurrency = 8;                    ///< sends in flight where no rate is set
    std::int64_t look_up_after_ms = 10'000; ///< an unknown row is looked up when its intent is this old
};

/// `22:00-07:00` → minutes; empty text = none; false when it is neither.
bool parse_quiet_hours(const std::string& text, PostmanSettings& settings);

/// Carries one account's due deliveries through its door: claims what may go now (so a row is durably
/// `sending` before its request leaves), sends, writes the outcomes back in one transaction. Lives on one
/// executor.
class Postman {
public:
    using Render = std::function<std::string(const storage::Claimed&)>;

    Postman(asio::any_io_executor executor, storage::Database& database, Door& door, const Clock& clock,
            std::int64_t epoch, PostmanSettings settings, Render render);

    /// Runs until `stop`; ends after the sends in flight are settled.
    asio::awaitable<void> run();
    /// There may be work. From any thread.
    void wake();
    /// Another rate from the next send on. From any thread.
    void set_rate(std::optional<Rate> rate);
    /// From any thread.
    void stop();
    bool running() const { return running_; }

private:
    /// What the sends of one claim came to, together.
    struct Batch {
        bool delivered = false;
        bool troubled = false;
        bool spoken_to = false; ///< the platform itself said no
        bool needs_operator = false;
    };

    asio::awaitable<int> deliver_some();
    asio::awaitable<void> send_one(const storage::Claimed& row, storage::Settlement& outcome);
    asio::awaitable<void> send_all(const std::vector<storage::Claimed>& rows,
                                   std::vector<storage::Settlement>& outcomes);
    void learn_from_batch(std::int64_t now_ms);
    asio::awaitable<void> reconcile();
    asio::awaitable<void> sleep();
    storage::Settlement settle_as(const storage::Claimed& row, const SendOutcome& outcome);
    bool is_quiet(std::int64_t now_ms) const;

    asio::any_io_executor executor_;
    storage::Database& database_;
    Door& door_;
    const Clock& clock_;
    const std::int64_t epoch_;
    const PostmanSettings settings_;
    const Render render_;
    Pacer pacer_;
    asio::steady_timer timer_;
    bool stopping_ = false;
    bool running_ = false;
    Batch batch_;
    int in_a_row_ = 0; ///< batches in trouble without a success between
    std::int64_t next_reconcile_ms_ = 0;
};

} // namespace bot::outreach
