#include "bot/outreach/look_ups.hpp"

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace bot::outreach {
namespace {

constexpr auto round_time = std::chrono::milliseconds(250);
constexpr int most_at_once = 8;
constexpr std::int64_t soonest_again_ms = 2'000;
constexpr std::int64_t latest_again_ms = 10 * 60 * 1'000;
constexpr std::int64_t long_unknown_ms = 60'000;

/// A person has it: sent on, turned down, or not yet.
storage::Sighted conclude_handed(storage::Sighted found, Sighting sighting, std::int64_t now_ms,
                                 std::int64_t age_ms)
{
    if (sighting == Sighting::present) {
        found.state = "confirmed";
        found.reason = "负责人点了发送，群里收到了";
    } else if (sighting == Sighting::refused) {
        found.state = "failed";
        found.reason = "负责人那边没发成：这个群不在了，或近期收得太多";
    } else {
        found.state = "handed";
        found.not_before_ms = now_ms + std::clamp(age_ms / 4, soonest_again_ms, latest_again_ms);
    }
    return found;
}

} // namespace

storage::Sighted conclude(const storage::Claimed& row, Sighting sighting, std::int64_t now_ms,
                          std::int64_t answer_within_ms)
{
    storage::Sighted found;
    found.row = row;
    const std::int64_t age_ms = now_ms - row.intent_ms;
    if (row.state == "handed")
        return conclude_handed(std::move(found), sighting, now_ms, age_ms);
    if (sighting == Sighting::handed) {
        found.state = "handed";
        found.reason = "已交给负责人，等他点发送";
    } else if (sighting == Sighting::present) {
        found.state = "sent";
        found.reason = "已核实：平台收到了这一条";
    } else if (sighting == Sighting::absent && age_ms > answer_within_ms) {
        found.state = "waiting";
        found.reason = "群消息记录里没有，重新发";
    } else if (sighting == Sighting::refused) {
        found.state = "failed";
        found.reason = "平台审核没通过，请改一改再发";
    } else {
        found.state = "unknown";
        found.not_before_ms = now_ms + std::clamp(age_ms / 2, soonest_again_ms, latest_again_ms);
        if (sighting == Sighting::absent)
            found.not_before_ms = std::min(found.not_before_ms, row.intent_ms + answer_within_ms + 1);
        else if (age_ms > long_unknown_ms)
            found.reason = "对方没有回话，群消息记录也查不到结果：请到群里看一眼";
    }
    return found;
}

LookUps::LookUps(asio::any_io_executor executor, storage::Database& database, Door& door, const Clock& clock,
                 std::int64_t first_look_ms, Hooks hooks)
    : executor_(executor), database_(database), door_(door), clock_(clock), first_look_ms_(first_look_ms),
      hooks_(std::move(hooks)), bell_(executor)
{
}

void LookUps::stop()
{
    stopping_ = true;
    bell_.ring();
}

asio::awaitable<void> LookUps::run()
{
    while (!stopping_ || under_way_ > 0) {
        try {
            co_await write_findings();
            co_await look_around();
        } catch (const std::exception& error) {
            spdlog::error("event=look_up_failed account={} error=\"{}\"", door_.account(), error.what());
        }
        co_await bell_.wait(round_time);
    }
}

asio::awaitable<void> LookUps::look_around()
{
    if (stopping_ || !door_.capabilities().can_look_up_sent)
        co_return;
    const int most = std::min(most_at_once, hooks_.may_look());
    const int free = most - under_way_;
    if (free <= 0)
        co_return;
    const std::int64_t now = clock_.now_ms();
    const int limit = free + static_cast<int>(busy_.size());
    auto list = [account = door_.account(), now, before = now - first_look_ms_, limit](soci::session& sql) {
        return storage::unknown_rows(sql, account, now, before, limit);
    };
    const std::vector<storage::Claimed> rows = co_await database_.read(std::move(list));
    for (const storage::Claimed& row : rows) {
        if (stopping_ || under_way_ >= most || !busy_.insert(row.key()).second)
            continue;
        ++under_way_;
        asio::co_spawn(executor_, look(row), [this](std::exception_ptr) {
            if (--under_way_ == 0 && stopping_)
                bell_.ring();
        });
    }
}

asio::awaitable<void> LookUps::look(storage::Claimed row)
{
    const std::int64_t asked_ms = clock_.now_ms(); // what arrives later the look does not see
    Sighting sighting = Sighting::cannot_tell;
    bool withdrawn = false;
    try {
        hooks_.prepare(row);
        Outgoing message;
        message.chat.id = row.external_id;
        message.text = row.text;
        message.dedupe_handle = row.handle;
        message.receipt = row.receipt;
        sighting = co_await door_.look_up(message, row.intent_ms);
        if (row.announced_state == "cancelled" && sighting == Sighting::handed)
            withdrawn = co_await door_.withdraw(message, row.intent_ms);
    } catch (const std::exception& error) {
        spdlog::error("event=look_up_failed account={} error=\"{}\"", door_.account(), error.what());
    }
    if (sighting != Sighting::cannot_tell)
        hooks_.on_answer();
    findings_.push_back(conclude(row, sighting, asked_ms, door_.capabilities().answer_within_ms));
    if (withdrawn) {
        findings_.back().state = "skipped";
        findings_.back().reason = "已取消，负责人还没发就撤回了";
    }
}

asio::awaitable<void> LookUps::write_findings()
{
    if (findings_.empty())
        co_return;
    auto found = std::make_shared<std::vector<storage::Sighted>>();
    std::swap(*found, findings_);
    auto work = [found, now = clock_.now_ms()](soci::session& sql) {
        return storage::settle_sighted(sql, now, *found);
    };
    try {
        co_await database_.write(std::move(work));
    } catch (...) {
        findings_.insert(findings_.begin(), std::make_move_iterator(found->begin()),
                         std::make_move_iterator(found->end()));
        throw;
    }
    for (const storage::Sighted& one : *found)
        busy_.erase(one.row.key());
    if (std::any_of(found->begin(), found->end(), [](const auto& one) { return one.state == "waiting"; }))
        hooks_.on_waiting();
}

} // namespace bot::outreach
