#include "tests/unit/outreach/town.hpp"

#include "bot/net/tokens.hpp"
#include "bot/storage/deliveries_store.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>

namespace outreach_test {

using namespace bot;

ScriptedDoor::ScriptedDoor()
{
    can.can_look_up_sent = true;
    can.answer_within_ms = 1'000;
}

AccountHealth ScriptedDoor::health() const
{
    AccountHealth health;
    health.connected = health.can_send = can_send;
    return health;
}

asio::awaitable<SendOutcome> ScriptedDoor::send(Outgoing message)
{
    if (clock)
        asked_ms.push_back(clock->now_ms());
    SendOutcome outcome = outcome_of(SendAction::ok);
    if (const auto ruled = rule ? rule(message.chat.id) : std::nullopt) {
        outcome = *ruled;
    } else if (!script.empty()) {
        outcome = script.front();
        script.pop_front();
    }
    if (stalled_chats.contains(message.chat.id) && !released_) {
        auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
        stalled_.push_back(&timer);
        co_await timer.async_wait(net::as_values);
    }
    if (outcome.delivered() || outcome.action == SendAction::unknown_result)
        ++arrived[message.chat.id];
    co_return outcome;
}

void ScriptedDoor::release()
{
    released_ = true;
    for (asio::steady_timer* timer : stalled_)
        timer->cancel();
    stalled_.clear();
}

asio::awaitable<Sighting> ScriptedDoor::look_up(Outgoing message, std::int64_t)
{
    ++looks;
    receipts_seen.insert(message.receipt);
    most_looks_at_once = std::max(most_looks_at_once, ++looking_);
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer soon(executor, std::chrono::milliseconds(1));
    co_await soon.async_wait(net::as_values);
    --looking_;
    if (sight)
        co_return *sight;
    co_return arrived.contains(message.chat.id) ? Sighting::present : Sighting::absent;
}

asio::awaitable<bool> ScriptedDoor::withdraw(Outgoing message, std::int64_t)
{
    withdrawn.insert(message.chat.id);
    co_return true;
}

SendOutcome outcome_of(SendAction action, Scope scope, std::int64_t retry_after_ms)
{
    SendOutcome outcome;
    outcome.action = action;
    outcome.scope = scope;
    outcome.retry_after_ms = retry_after_ms;
    outcome.reason = outcome.delivered() ? "" : "试验里的原因";
    outcome.platform_message_id = outcome.delivered() ? "m" : "";
    return outcome;
}

namespace {

outreach::Rules rules_with(int approval_from_groups)
{
    outreach::Rules rules;
    rules.approval_from_groups = approval_from_groups;
    return rules;
}

} // namespace

Town::Town(int approval_from_groups)
    : database("sqlite:" + (dir.path() / "a.db").string()), ids(clock),
      announcer(database, clock, ids, rules_with(approval_from_groups), [] {})
{
    database.write_now([this](soci::session& sql) {
        storage::upsert_org(sql, {"6211", "市", "root", "city", 0, 0, ""});
        for (int i = 0; i < groups; ++i) {
            storage::Group group;
            group.id = ids.next();
            group.account = "a";
            group.external_id = "g" + std::to_string(i);
            group.org = "6211";
            storage::upsert_group(sql, group);
        }
        return true;
    });
}

std::int64_t Town::announce(const std::string& audience, const std::string& priority)
{
    storage::Announcement draft;
    draft.title = "通知";
    draft.body = "内容";
    draft.category = "notices";
    draft.audience = audience;
    draft.priority = priority;
    draft.created_by = "me";
    const auto drafted = announcer.create_now(draft);
    EXPECT_FALSE(drafted.refusal);
    EXPECT_FALSE(announcer.submit_now(drafted.id));
    return drafted.id;
}

storage::Counts Town::counts(std::int64_t id)
{
    return database.read_now([id](soci::session& sql) { return storage::count_deliveries(sql, id); });
}

std::vector<storage::Delivery> Town::rows(std::int64_t id, const std::string& state)
{
    storage::DeliveryPage page;
    page.state = state;
    return database.read_now([&](soci::session& sql) { return storage::list_deliveries(sql, id, page); });
}

std::int64_t Town::begin_epoch()
{
    return database.write_now(
        [this](soci::session& sql) { return storage::begin_epoch(sql, clock.now_ms()); });
}

storage::Claim Town::claim(std::int64_t epoch, const storage::ClaimLimits& limits)
{
    return database.write_now(
        [&](soci::session& sql) { return storage::claim(sql, "a", epoch, clock.now_ms(), limits); });
}

outreach::PostmanSettings Delivery::quick()
{
    outreach::PostmanSettings settings;
    settings.first_look_ms = 0;
    return settings;
}

Delivery::Delivery(Town& town, ScriptedDoor& door, outreach::PostmanSettings settings)
    : town_(town), postman_(context_.get_executor(), town.database, door, town.clock, town.begin_epoch(),
                            settings, [&town](const storage::Claimed& row) {
                                if (town.on_render)
                                    town.on_render();
                                return row.body;
                            })
{
    door.clock = &town.clock;
    door.meter_answers([this](int started, int ended) { postman_.note_answers(started, ended); });
    asio::co_spawn(context_, postman_.run(), [this](std::exception_ptr) { ended_ = true; });
}

Delivery::~Delivery()
{
    EXPECT_TRUE(stop());
    town_.database.drain();
}

/// Everything that the present moment brings is done before the next one comes.
void Delivery::step(std::int64_t step_ms)
{
    const auto give_up =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(testing_support::patience) / 200;
    context_.restart();
    while (context_.run_one_for(std::chrono::milliseconds(5)) > 0 &&
           std::chrono::steady_clock::now() < give_up)
        continue;
    town_.clock.advance_ms(step_ms);
    postman_.wake();
}

void Delivery::run_until(std::int64_t id, const std::function<bool(const storage::Counts&)>& is_enough,
                         std::int64_t step_ms)
{
    const auto give_up = std::chrono::steady_clock::now() + 2 * testing_support::patience;
    for (;;) {
        const auto now = town_.counts(id);
        EXPECT_EQ(now.total, now.waiting + now.sending + now.sent + now.unknown + now.failed + now.skipped);
        if (is_enough(now))
            return;
        if (std::chrono::steady_clock::now() > give_up)
            break;
        step(step_ms);
    }
    ADD_FAILURE() << "it took too long";
}

void Delivery::run_for(std::int64_t span_ms, std::int64_t step_ms)
{
    for (const std::int64_t end = town_.clock.now_ms() + span_ms; town_.clock.now_ms() < end;)
        step(step_ms);
}

bool Delivery::stop()
{
    postman_.stop();
    const auto give_up = std::chrono::steady_clock::now() + testing_support::patience;
    while (!ended_ && std::chrono::steady_clock::now() < give_up) {
        context_.restart();
        context_.run_one_for(std::chrono::milliseconds(20));
    }
    return ended_;
}

} // namespace outreach_test
