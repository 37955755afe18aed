#include "bot/outreach/postman.hpp"

#include "bot/net/tokens.hpp"
#include "bot/storage/groups_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <random>

namespace bot::outreach {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t china_ms = 8 * 3'600'000;
constexpr std::int64_t poll_ms = 500;
constexpr std::int64_t reconcile_every_ms = 1'000;
constexpr int most_attempts = 6;
constexpr std::int64_t first_back_off_ms = 2'000;
constexpr std::int64_t longest_back_off_ms = 10 * 60 * 1000;
constexpr std::int64_t longest_unanswered_hold_ms = 15'000; ///< so soon after its return a peer is noticed
constexpr int most_in_a_row = 6;

/// 2 s, 4 s, 8 s … up to ten minutes, plus up to a quarter: jitter is only ever added.
std::int64_t back_off_ms(int attempt)
{
    static thread_local std::minstd_rand random(std::random_device{}());
    const std::int64_t base = std::min(longest_back_off_ms, first_back_off_ms << std::min(attempt, 12));
    return base + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(base / 4 + 1));
}

/// `|a|b|`, or empty.
std::string between_bars(const std::vector<std::string>& ids)
{
    std::string joined;
    for (const std::string& id : ids)
        joined += (joined.empty() ? "|" : "") + id + "|";
    return joined;
}

int minute_of_day(std::int64_t now_ms)
{
    return static_cast<int>((now_ms + china_ms) % day_ms / 60'000);
}

} // namespace

bool parse_quiet_hours(const std::string& text, PostmanSettings& settings)
{
    if (text.empty())
        return true;
    int from_h = 0, from_m = 0, to_h = 0, to_m = 0;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%2d:%2d-%2d:%2d%c", &from_h, &from_m, &to_h, &to_m, &rest) != 4 ||
        from_h > 23 || to_h > 23 || from_m > 59 || to_m > 59 || from_h < 0 || to_h < 0 || from_m < 0 ||
        to_m < 0)
        return false;
    settings.quiet_from_minute = from_h * 60 + from_m;
    settings.quiet_to_minute = to_h * 60 + to_m;
    return true;
}

Postman::Postman(asio::any_io_executor executor, storage::Database& database, Door& door, const Clock& clock,
                 std::int64_t epoch, PostmanSettings settings, Render render)
    : executor_(executor), database_(database), door_(door), clock_(clock), epoch_(epoch),
      settings_(settings), render_(std::move(render)), pacer_(settings.rate), timer_(executor)
{
}

void Postman::wake()
{
    asio::post(executor_, [this] { timer_.cancel(); });
}

void Postman::set_rate(std::optional<Rate> rate)
{
    asio::post(executor_, [this, rate] { pacer_.set_rate(rate); });
}

void Postman::stop()
{
    asio::post(executor_, [this] {
        stopping_ = true;
        timer_.cancel();
    });
}

asio::awaitable<void> Postman::run()
{
    running_ = true;
    while (!stopping_) {
        int sent = 0;
        try {
            sent = co_await deliver_some();
            if (clock_.now_ms() >= next_reconcile_ms_)
                co_await reconcile();
        } catch (const std::exception& error) {
            spdlog::error("event=delivery_loop_failed account={} error=\"{}\"", door_.account(),
                          error.what());
        }
        if (sent == 0 && !stopping_)
            co_await sleep();
    }
    running_ = false;
}

asio::awaitable<void> Postman::sleep()
{
    const std::int64_t now = clock_.now_ms();
    const std::int64_t next = std::clamp(pacer_.next_ms(now) - now, std::int64_t{1}, poll_ms);
    timer_.expires_after(std::chrono::milliseconds(pacer_.next_ms(now) > now ? next : poll_ms));
    co_await timer_.async_wait(net::as_values);
}

asio::awaitable<int> Postman::deliver_some()
{
    const std::int64_t now = clock_.now_ms();
    const PushMode push = door_.capabilities().push;
    const std::string only_in = push == PushMode::next_opening ? between_bars(door_.openings()) : "";
    if ((push != PushMode::automatic && only_in.empty()) || !door_.health().can_send)
        co_return 0;
    const int permits = pacer_.take(now, in_a_row_ > 0 ? 1 : settings_.concurrency);
    if (permits == 0)
        co_return 0;
    storage::ClaimLimits limits;
    limits.only_in = only_in;
    limits.rows = permits;
    limits.most_urgency = is_quiet(now) ? 0 : 2;
    limits.per_group_per_day = settings_.per_group_per_day;
    limits.day_start_ms = now - (now + china_ms) % day_ms;
    auto claim_work = [account = door_.account(), epoch = epoch_, now, limits](soci::session& sql) {
        return storage::claim(sql, account, epoch, now, limits);
    };
    std::vector<storage::Claimed> rows;
    try {
        rows = co_await database_.write(std::move(claim_work));
    } catch (...) {
        pacer_.give_back(permits);
        throw;
    }
    pacer_.give_back(permits - static_cast<int>(rows.size()));
    if (rows.empty())
        co_return 0;
    std::vector<storage::Settlement> outcomes(rows.size());
    batch_ = Batch();
    co_await send_all(rows, outcomes);
    pacer_.finished(clock_.now_ms(), static_cast<int>(rows.size()));
    learn_from_batch(clock_.now_ms());
    auto settle_work = [epoch = epoch_, at = clock_.now_ms(), outcomes](soci::session& sql) {
        return storage::settle(sql, epoch, at, outcomes);
    };
    co_await database_.write(std::move(settle_work));
    co_return static_cast<int>(rows.size());
}

asio::awaitable<void> Postman::send_all(const std::vector<storage::Claimed>& rows,
                                        std::vector<storage::Settlement>& outcomes)
{
    std::size_t open = rows.size();
    asio::steady_timer all_done(executor_, asio::steady_timer::time_point::max());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto done = [&open, &all_done](std::exception_ptr) {
            if (--open == 0)
                all_done.cancel();
        };
        asio::co_spawn(executor_, send_one(rows[i], outcomes[i]), std::move(done));
    }
    while (open > 0)
        co_await all_done.async_wait(net::as_values);
}

asio::awaitable<void> Postman::send_one(const storage::Claimed& row, storage::Settlement& settlement)
{
    SendOutcome outcome;
    try {
        Outgoing message;
        message.chat.id = row.external_id;
        message.text = render_(row);
        outcome = co_await door_.send(std::move(message));
    } catch (const std::exception& error) {
        outcome.action = SendAction::unknown_result;
        outcome.platform_words = error.what();
        outcome.reason = "发送时程序出错，这条可能发了也可能没发";
    }
    settlement = settle_as(row, outcome);
    if (outcome.action == SendAction::disable_chat) {
        auto left = [account = door_.account(), group = row.external_id](soci::session& sql) {
            storage::set_group_state(sql, account, group, "left");
            return true;
        };
        co_await database_.write(std::move(left));
    }
}

storage::Settlement Postman::settle_as(const storage::Claimed& row, const SendOutcome& outcome)
{
    const std::int64_t now = clock_.now_ms();
    storage::Settlement result;
    result.announcement_id = row.announcement_id;
    result.group_id = row.group_id;
    result.attempt = row.attempt;
    result.action = to_string(outcome.action);
    result.reason = outcome.reason;
    result.platform_words = outcome.platform_words;
    result.platform_message_id = outcome.platform_message_id;
    const bool again = outcome.action == SendAction::retry || outcome.action == SendAction::backoff ||
                       outcome.action == SendAction::refresh_token || outcome.action == SendAction::operator_;
    if (outcome.delivered()) {
        result.state = "sent";
        batch_.delivered = true;
    } else if (outcome.action == SendAction::unknown_result) {
        result.state = "unknown";
    } else if (again) {
        const std::int64_t wait = std::max(outcome.retry_after_ms, back_off_ms(row.attempt - 1));
        const bool counts = outcome.action == SendAction::backoff;
        result.state = counts && row.attempt >= most_attempts ? "failed" : "waiting";
        result.not_before_ms = now + wait;
        batch_.troubled = true;
        batch_.spoken_to = batch_.spoken_to || outcome.action != SendAction::retry;
        batch_.needs_operator = batch_.needs_operator || outcome.action == SendAction::operator_;
    } else {
        result.state = "failed";
    }
    return result;
}

/// A batch in trouble is one sign, however many sends it had: all of them met the same moment. After three
/// the account rests, and until the first success single sends find out how things stand.
void Postman::learn_from_batch(std::int64_t now_ms)
{
    if (batch_.delivered) {
        in_a_row_ = 0;
    } else if (batch_.troubled && (++in_a_row_ >= 3 || batch_.needs_operator)) {
        const std::int64_t wait = back_off_ms(std::min(in_a_row_, most_in_a_row));
        pacer_.hold_until(now_ms + (batch_.spoken_to ? wait : std::min(wait, longest_unanswered_hold_ms)));
    }
}

asio::awaitable<void> Postman::reconcile()
{
    const std::int64_t now = clock_.now_ms();
    next_reconcile_ms_ = now + reconcile_every_ms;
    if (!door_.capabilities().can_look_up_sent)
        co_return;
    auto list = [account = door_.account(), before = now - settings_.look_up_after_ms](soci::session& sql) {
        return storage::unknown_rows(sql, account, before, 20);
    };
    const std::vector<storage::Claimed> rows = co_await database_.read(std::move(list));
    for (const storage::Claimed& row : rows) {
        if (stopping_)
            co_return;
        Outgoing message;
        message.chat.id = row.external_id;
        message.text = render_(row);
        const Sighting sighting = co_await door_.look_up(std::move(message), row.intent_ms);
        if (sighting == Sighting::cannot_tell)
            continue;
        const bool present = sighting == Sighting::present;
        auto resolve = [row, present, at = clock_.now_ms()](soci::session& sql) {
            const char* reason = present ? "在群消息记录里看到了" : "群消息记录里没有，重新发";
            return storage::resolve_unknown(sql, row.announcement_id, row.group_id,
                                            present ? "sent" : "waiting", reason, at);
        };
        co_await database_.write(std::move(resolve));
    }
}

bool Postman::is_quiet(std::int64_t now_ms) const
{
    const int from = settings_.quiet_from_minute, to = settings_.quiet_to_minute, at = minute_of_day(now_ms);
    if (from < 0 || from == to)
        return false;
    return from < to ? at >= from && at < to : at >= from || at < to;
}

} // namespace bot::outreach
