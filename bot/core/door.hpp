#pragma once
#include "bot/core/event.hpp"
#include "bot/core/reply.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bot {

namespace asio = boost::asio;

enum class PushMode { automatic, next_opening, assisted, manual, none };

/// What a platform allows, as data that the core reads: a changed rule is a changed value.
struct Capabilities {
    std::string label;                ///< shown to people: 「QQ 群（OneBot 11）」
    bool official = true;             ///< false: the account may be restricted by the platform; pages say so
    bool hears_all = true;            ///< false: only messages that mention the bot arrive
    int replies_per_message = 0;      ///< 0 = unlimited
    std::int64_t reply_window_ms = 0; ///< 0 = no window
    PushMode push = PushMode::automatic;
    bool push_needs_consent = false;
    bool can_look_up_sent = false; ///< history can settle an unknown delivery
    bool has_dedupe_handle = false;
    bool links = true;
    bool markdown = false;
    bool images = true;
    std::size_t text_limit = 2000; ///< characters (code points) in one message
    std::int64_t recall_window_ms = 0;
    std::int64_t answer_within_ms = 35'000; ///< a send that shows nowhere after this never arrived
};

/// Whether a message that we may have sent arrived.
enum class Sighting {
    present,
    absent,
    handed,  ///< a person has it and did not send it on yet
    refused, ///< it arrived and will never be shown: the platform's review turned it down
    cannot_tell,
};

/// How an account is doing, for `status`, pages and metrics. Times in milliseconds UTC, 0 = never.
struct AccountHealth {
    bool connected = false;
    std::string detail; ///< plain Chinese, e.g. 「掉线：等待重连」
    std::int64_t last_event_ms = 0;
    std::int64_t last_success_ms = 0;
    bool can_send = true; ///< false: a send would certainly not leave, so it is better to wait
};

/// Told, from any thread, how many messages of answers set out and how many came to an end.
using AnswerMeter = std::function<void(int started, int ended)>;

/// One account on one platform. `send` may be awaited from any executor and never throws for a platform's
/// sake.
class Door {
public:
    virtual ~Door() = default;

    virtual const std::string& account() const = 0;
    virtual const Capabilities& capabilities() const = 0;
    virtual AccountHealth health() const = 0;

    /// Sends one message and classifies what came back. Answers within 35 s.
    virtual asio::awaitable<SendOutcome> send(Outgoing message) = 0;

    /// Finds out whether `message`, sent by us not before `since_ms`, arrived: in the chat's history, or by
    /// handing it in once more under its `dedupe_handle`, which the platform accepts at most once.
    virtual asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t since_ms);

    /// Takes back what a person was `handed`, not before `since_ms`, and did not send on yet; true when it
    /// will never go.
    virtual asio::awaitable<bool> withdraw(Outgoing message, std::int64_t since_ms);

    /// Groups into which a notice may go now, where `push` is `next_opening`: someone spoke, the reply window
    /// is open and no notice used it yet.
    virtual std::vector<std::string> openings() const { return {}; }

    /// Under what the platform will know this very message, however often it is handed in; empty where it
    /// has nothing of the kind. Asked once per attempt, and written down before the message leaves. From any
    /// thread; must be quick.
    virtual std::string fix_handle(const Outgoing& message);

    /// What the platform would not let through in `text`, in plain Chinese, one sentence each. Pure.
    virtual std::vector<std::string> lint(const std::string& text) const;

    /// What the account does by itself, such as connections that it keeps open. Awaited once, while the
    /// program runs; ends soon after `stop`, which may come from any thread.
    virtual asio::awaitable<void> run();
    virtual void stop() {}

    /// The messages in which a text leaves; at least one. Pure.
    virtual std::vector<std::string> split(const std::string& text) const;

    /// Answers wait for nobody, yet they use up the account's limits: who sends notices listens here and
    /// makes room. Set once, before the first event.
    void meter_answers(AnswerMeter meter) { meter_ = std::move(meter); }

    /// `send` for answers: counted by the meter.
    asio::awaitable<SendOutcome> send_answer(Outgoing message);

protected:
    /// Counts an answer that leaves in the response to its event.
    void count_answer(const std::string& text) const;

private:
    AnswerMeter meter_;
};

/// What a door does with an event it heard: the house's answer, or nothing. Safe to await from any thread.
using EventHandler = std::function<asio::awaitable<std::optional<Reply>>(Event)>;

} // namespace bot
