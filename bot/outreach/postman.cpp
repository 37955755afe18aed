#include "bot/outreach/postman.hpp"

#include "bot/outreach/verdict.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace bot::outreach {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t poll_ms = 500;
constexpr auto shared_commit_time = milliseconds(3);
constexpr int most_store_back_off = 6; ///< 50 ms, doubled so often

/// `|a|b|`, or empty.
std::string between_bars(const std::vector<std::string>& ids)
{
    std::string joined;
    for (const std::string& id : ids)
        joined += (joined.empty() ? "|" : "") + id + "|";
    return joined;
}

} // namespace

/// One transaction: what goes in, and what comes out.
struct Postman::Turn {
    std::string account;
    std::int64_t epoch = 0, now_ms = 0;
    std::vector<storage::Settlement> outcomes;
    bool recovers = false;
    std::vector<storage::RowKey> under_way; ///< meaningful when it recovers
    int permits = 0;                        ///< taken from the pacer; 0 = nothing is claimed
    storage::ClaimLimits limits;

    bool is_current = true;
    storage::Claim claim;

    bool run(soci::session& sql)
    {
        is_current = storage::is_current(sql, epoch);
        if (!is_current)
            return true;
        storage::settle(sql, epoch, now_ms, outcomes);
        if (recovers)
            storage::take_back_unsent(sql, account, epoch, under_way);
        if (permits > 0)
            claim = storage::claim(sql, account, epoch, now_ms, limits);
        return true;
    }
};

Postman::Postman(asio::any_io_executor executor, storage::Database& database, Door& door, const Clock& clock,
                 std::int64_t epoch, PostmanSettings settings, Render render)
    : executor_(executor), database_(database), door_(door), clock_(clock), epoch_(epoch),
      settings_(settings), render_(std::move(render)), pacer_(settings.rate),
      look_ups_(executor, database, door, clock, settings.first_look_ms, hooks_of_look_ups()),
      bell_(executor), hurry_(executor)
{
}

/// While the account is in doubt one look at a time may find out, as one send may.
LookUps::Hooks Postman::hooks_of_look_ups()
{
    LookUps::Hooks hooks;
    hooks.prepare = [this](storage::Claimed& row) { row.text = render_(row); };
    hooks.may_look = [this] {
        return door_.health().can_send && !superseded_
                   ? breaker_.allow(clock_.now_ms(), settings_.most_in_flight)
                   : 0;
    };
    hooks.on_answer = [this] {
        breaker_.seen_alive();
        bell_.ring();
    };
    hooks.on_waiting = [this] { wake(); };
    return hooks;
}

void Postman::wake()
{
    asio::post(executor_, [this] {
        is_woken_ = true;
        next_claim_ms_ = 0;
        bell_.ring();
    });
}

void Postman::set_rate(std::optional<Rate> rate)
{
    asio::post(executor_, [this, rate] {
        pacer_.set_rate(rate);
        breaker_.forgive();
        bell_.ring();
    });
}

void Postman::note_answers(int started, int ended)
{
    asio::post(executor_, [this, started, ended] {
        const std::int64_t now = clock_.now_ms();
        if (started > 0)
            pacer_.started(now, started);
        if (ended > 0)
            pacer_.finished(now, ended);
    });
}

void Postman::stop()
{
    asio::post(executor_, [this] {
        stopping_ = true;
        look_ups_.stop();
        bell_.ring();
        hurry_.ring();
    });
}

asio::awaitable<void> Postman::run()
{
    running_ = looking_ = true;
    asio::co_spawn(executor_, look_ups_.run(), [this](std::exception_ptr) {
        looking_ = false;
        bell_.ring();
    });
    co_await restore_pace();
    while (!stopping_ || !is_drained()) {
        co_await gather();
        if (!stopping_ || !outcomes_.empty())
            co_await take_turn();
    }
    while (looking_)
        co_await bell_.wait(milliseconds(poll_ms));
    running_ = false;
}

/// The platform remembers what an earlier run sent, so the pacer must as well.
asio::awaitable<void> Postman::restore_pace()
{
    while (settings_.rate && !stopping_) {
        const std::int64_t since = clock_.now_ms() - settings_.rate->period_ms;
        auto read = [account = door_.account(), since](soci::session& sql) {
            return storage::recent_sends(sql, account, since);
        };
        try {
            const auto sends = co_await database_.read(std::move(read));
            for (const auto& [at_ms, messages] : sends)
                pacer_.remember(at_ms, messages);
            co_return;
        } catch (const std::exception& error) {
            spdlog::error("event=pace_unknown account={} error=\"{}\"", door_.account(), error.what());
        }
        co_await bell_.wait(milliseconds(poll_ms));
    }
}

/// Rests until there is something to write or to claim. What ends within moments shares one commit.
asio::awaitable<void> Postman::gather()
{
    if (store_failures_ > 0)
        co_await hurry_.wait(milliseconds(50) * (1 << std::min(store_failures_, most_store_back_off)));
    while (outcomes_.empty()) {
        const milliseconds rest = until_claim();
        if (rest.count() == 0 || (stopping_ && is_drained()))
            co_return;
        co_await bell_.wait(rest);
    }
    const auto worth_it = static_cast<std::size_t>(settings_.most_in_flight / 2);
    if (outcomes_.size() < worth_it && in_flight_ > 0 && !stopping_)
        co_await hurry_.wait(shared_commit_time);
}

milliseconds Postman::until_claim() const
{
    const std::int64_t now = clock_.now_ms();
    const PushMode push = door_.capabilities().push;
    const bool may_push =
        push == PushMode::automatic || push == PushMode::next_opening || push == PushMode::assisted;
    if (stopping_ || superseded_ || !may_push || in_flight_ >= settings_.most_in_flight ||
        !door_.health().can_send)
        return milliseconds(poll_ms);
    const std::int64_t at = std::max({next_claim_ms_, breaker_.next_ms(now), pacer_.next_ms(now, together_)});
    if (at <= now && breaker_.allow(now, 1) == 0)
        return milliseconds(poll_ms); // the probe's end rings
    return milliseconds(std::clamp(at - now, std::int64_t{0}, poll_ms));
}

asio::awaitable<void> Postman::take_turn()
{
    in_turn_ = true;
    const std::shared_ptr<Turn> turn = plan_turn();
    bool is_written = turn->outcomes.empty() && turn->permits == 0;
    try {
        auto work = [turn](soci::session& sql) { return turn->run(sql); };
        if (!is_written)
            is_written = co_await database_.write(std::move(work));
    } catch (const std::exception& error) {
        spdlog::error("event=ledger_failed account={} waiting={} error=\"{}\"", door_.account(),
                      turn->outcomes.size(), error.what());
    }
    if (is_written)
        finish_turn(*turn);
    else
        undo_turn(*turn);
    in_turn_ = false;
}

std::shared_ptr<Postman::Turn> Postman::plan_turn()
{
    auto turn = std::make_shared<Turn>();
    turn->account = door_.account();
    turn->epoch = epoch_;
    turn->now_ms = clock_.now_ms();
    turn->outcomes = std::exchange(outcomes_, {});
    turn->recovers = store_failures_ > 0;
    if (turn->recovers)
        turn->under_way.assign(under_way_.begin(), under_way_.end());
    if (until_claim().count() == 0)
        plan_claim(*turn);
    if (turn->permits == 0)
        next_claim_ms_ = std::max(next_claim_ms_, turn->now_ms + 1);
    is_woken_ = false;
    return turn;
}

void Postman::plan_claim(Turn& turn)
{
    const std::int64_t now = turn.now_ms;
    storage::ClaimLimits& limits = turn.limits;
    if (door_.capabilities().push == PushMode::next_opening) {
        limits.only_in = between_bars(door_.openings());
        if (limits.only_in.empty()) {
            next_claim_ms_ = now + poll_ms;
            return;
        }
    }
    limits.rows = breaker_.allow(now, settings_.most_in_flight - in_flight_);
    turn.permits = pacer_.take(now, std::max(limits.rows, together_), together_);
    if (settings_.rate)
        limits.messages = std::max(turn.permits, together_); // a text longer than the window gets all of it
    limits.is_night = settings_.quiet.covers(now);
    const std::int64_t midnight = day_start_ms(now);
    limits.cap = {settings_.per_group_per_day, midnight, midnight + day_ms};
    limits.prepare = [this](storage::Claimed& row) { prepare(row); };
}

/// What leaves, and in how many messages. On the store's thread.
void Postman::prepare(storage::Claimed& row) const
{
    try {
        row.text = render_(row);
        row.messages = static_cast<int>(door_.split(row.text).size());
        Outgoing message;
        message.chat.id = row.external_id;
        message.text = row.text;
        row.handle = door_.fix_handle(message);
    } catch (const std::exception& error) {
        spdlog::error("event=render_failed account={} error=\"{}\"", door_.account(), error.what());
    }
}

void Postman::finish_turn(Turn& turn)
{
    store_failures_ = 0;
    for (const storage::Settlement& one : turn.outcomes)
        under_way_.erase({one.announcement_id, one.group_id});
    if (!turn.is_current && !superseded_) {
        superseded_ = true;
        spdlog::error("event=superseded account={} reason=\"another run has taken over the store\"",
                      door_.account());
    }
    if (turn.permits == 0)
        return;
    int used = 0;
    for (const storage::Claimed& row : turn.claim.rows)
        used += row.messages;
    if (used > turn.permits)
        pacer_.started(turn.now_ms, used - turn.permits);
    else
        pacer_.give_back(turn.permits - used);
    together_ = std::max(1, turn.claim.short_of);
    const bool is_all =
        static_cast<int>(turn.claim.rows.size()) < turn.limits.rows && turn.claim.short_of == 0;
    if (is_all && !is_woken_)
        next_claim_ms_ = clock_.now_ms() + poll_ms;
    for (storage::Claimed& row : turn.claim.rows)
        start(std::move(row));
}

/// Nothing is known to be written: outcomes wait for the next turn, nothing that was claimed leaves.
void Postman::undo_turn(Turn& turn)
{
    ++store_failures_;
    outcomes_.insert(outcomes_.begin(), std::make_move_iterator(turn.outcomes.begin()),
                     std::make_move_iterator(turn.outcomes.end()));
    if (turn.permits > 0)
        pacer_.give_back(turn.permits);
}

void Postman::start(storage::Claimed row)
{
    under_way_.insert(row.key());
    const std::int64_t now = clock_.now_ms();
    // Whoever was stopped between claiming and sending must not send: by then others take the row for lost.
    const bool is_stale = now - row.intent_ms > door_.capabilities().answer_within_ms / 2;
    if (stopping_ || is_stale || breaker_.allow(now, 1) == 0) {
        put_back(row);
        return;
    }
    ++in_flight_;
    const Breaker::Ticket ticket = breaker_.start();
    asio::co_spawn(executor_, carry(std::move(row), ticket), [this](std::exception_ptr) {
        --in_flight_;
        bell_.ring();
        if (in_flight_ == 0 || outcomes_.size() >= static_cast<std::size_t>(settings_.most_in_flight / 2))
            hurry_.ring();
    });
}

/// Things changed while it was being claimed: it never left.
void Postman::put_back(const storage::Claimed& row)
{
    storage::Settlement unsent;
    unsent.announcement_id = row.announcement_id;
    unsent.group_id = row.group_id;
    unsent.attempt = row.attempt;
    unsent.never_left = true;
    outcomes_.push_back(std::move(unsent));
    pacer_.give_back(row.messages);
}

asio::awaitable<void> Postman::carry(storage::Claimed row, Breaker::Ticket ticket)
{
    SendOutcome outcome;
    if (row.text.empty()) {
        outcome.action = SendAction::operator_;
        outcome.reason = "通知的文字拼不出来，请检查模板 notice";
    } else {
        try {
            Outgoing message;
            message.chat.id = row.external_id;
            message.text = row.text;
            message.dedupe_handle = row.handle;
            outcome = co_await door_.send(std::move(message));
        } catch (const std::exception& error) {
            outcome.platform_words = error.what();
            outcome.reason = "发送时程序出错，这条可能发了也可能没发";
        }
    }
    note_end(row, outcome, ticket);
}

void Postman::note_end(const storage::Claimed& row, const SendOutcome& outcome, Breaker::Ticket ticket)
{
    const std::int64_t now = clock_.now_ms();
    const bool is_isolated = breaker_.is_closed();
    pacer_.finished(now, row.messages);
    if (const auto sign = sign_of(outcome))
        breaker_.failed(ticket, *sign, now, outcome.retry_after_ms);
    else
        breaker_.worked(ticket);
    outcomes_.push_back(settle_as(row, outcome, is_isolated, breaker_.next_ms(now), now));
}

} // namespace bot::outreach
