#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/net/bell.hpp"
#include "bot/outreach/breaker.hpp"
#include "bot/outreach/look_ups.hpp"
#include "bot/outreach/pacer.hpp"
#include "bot/outreach/quiet_hours.hpp"
#include "bot/storage/claims_store.hpp"
#include "bot/storage/database.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bot::outreach {

struct PostmanSettings {
    std::optional<Rate> rate;
    QuietHours quiet;
    int per_group_per_day = 0;
    int most_in_flight = 16;            ///< sends under way at once; after a crash so many may be unknown
    std::int64_t first_look_ms = 2'000; ///< an unknown row is first looked up when its intent is this old
};

/// Carries one account's due deliveries through its door. A pipeline: one transaction after the other writes
/// what has ended and claims what may go now (so a row is durably `sending` before its request leaves); each
/// send is a task of its own, so that a stalled one holds up nobody. Lives on one executor.
class Postman {
public:
    using Render = std::function<std::string(const storage::Claimed&)>; ///< from any thread

    Postman(asio::any_io_executor executor, storage::Database& database, Door& door, const Clock& clock,
            std::int64_t epoch, PostmanSettings settings, Render render);

    /// Runs until `stop`; ends after everything under way has ended and is settled.
    asio::awaitable<void> run();
    /// There may be work. From any thread.
    void wake();
    /// Fresh settings: another rate from the next send on, and whatever was wrong may be mended. From any
    /// thread.
    void set_rate(std::optional<Rate> rate);
    /// Answers set out or ended beside the notices: see `AnswerMeter`. From any thread.
    void note_answers(int started, int ended);
    /// Nothing is claimed any more. From any thread.
    void stop();

    bool running() const { return running_; }
    /// No send is under way and every outcome is written.
    bool is_drained() const { return in_flight_ == 0 && outcomes_.empty() && !in_turn_; }

private:
    struct Turn;

    LookUps::Hooks hooks_of_look_ups();
    asio::awaitable<void> restore_pace();
    asio::awaitable<void> gather();
    asio::awaitable<void> take_turn();
    std::shared_ptr<Turn> plan_turn();
    void plan_claim(Turn& turn);
    void finish_turn(Turn& turn);
    void undo_turn(Turn& turn);
    std::chrono::milliseconds until_claim() const;
    void start(storage::Claimed row);
    asio::awaitable<void> carry(storage::Claimed row, Breaker::Ticket ticket);
    void note_end(const storage::Claimed& row, const SendOutcome& outcome, Breaker::Ticket ticket);
    void put_back(const storage::Claimed& row);
    void prepare(storage::Claimed& row) const;

    asio::any_io_executor executor_;
    storage::Database& database_;
    Door& door_;
    const Clock& clock_;
    const std::int64_t epoch_;
    const PostmanSettings settings_;
    const Render render_;
    Pacer pacer_;
    Breaker breaker_;
    LookUps look_ups_;
    net::Bell bell_;                            ///< something to do
    net::Bell hurry_;                           ///< enough to write
    std::vector<storage::Settlement> outcomes_; ///< ended and not written yet
    std::set<storage::RowKey> under_way_;       ///< from the start of a send until its outcome is written
    int in_flight_ = 0;
    int together_ = 1; ///< messages that the next row needs at once
    std::int64_t next_claim_ms_ = 0;
    int store_failures_ = 0; ///< in a row
    bool in_turn_ = false;
    bool is_woken_ = false; ///< since the turn was planned
    bool superseded_ = false;
    bool stopping_ = false;
    bool looking_ = false;
    bool running_ = false;
};

} // namespace bot::outreach
