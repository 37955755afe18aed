#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/sandbox/records.hpp"
#include "bot/net/http.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bot::doors::sandbox {

struct Person {
    std::string id;
    std::string name;
    std::string role; ///< owner, admin or member
};

struct Group {
    std::string id;
    std::string name;
    std::vector<Person> people;
};

/// One line of a virtual group chat. `person` is empty on what the bot says.
struct Line {
    std::int64_t number = 0; ///< grows by one per line over all groups
    std::string group;
    std::string person;
    std::string name;
    std::string text;
    std::string note; ///< a limit of the chosen record that was felt, in plain Chinese
    std::int64_t time_ms = 0;
    std::string message_id;
};

/// A platform that lives in this process: groups in the browser, over the same events and replies as real doors.
/// Thread-safe; state is lost with the process and bounded to the last 300 lines per group.
class SandboxDoor final : public Door {
public:
    SandboxDoor(std::string account, std::vector<Group> groups, const Clock& clock, EventHandler on_event);
    ~SandboxDoor() override;

    const std::string& account() const override { return account_; }
    const Capabilities& capabilities() const override;
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t since_ms) override;

    /// GET state · GET events (server-sent) · POST say {group, person, text, mention} · POST limits {record}.
    /// `action` is the rest of the path below /sandbox/. Nothing for an unknown action.
    asio::awaitable<std::optional<net::HttpResponse>> serve(std::string action, net::HttpRequest request);

    const std::vector<Group>& groups() const { return groups_; }

private:
    struct Waiter;

    net::HttpResponse state() const;
    net::HttpResponse events(std::int64_t after);
    asio::awaitable<std::string> next_piece(std::shared_ptr<Waiter> waiter);
    net::HttpResponse choose_limits(const std::string& body);
    asio::awaitable<net::HttpResponse> say(std::string body);
    asio::awaitable<void> hear(Event event, bool heard);
    Line append(Line line);
    std::vector<Line> lines_after(std::int64_t number) const;
    const Group* find_group(const std::string& id) const;

    const std::string account_;
    const std::vector<Group> groups_;
    const Clock& clock_;
    const EventHandler on_event_;
    mutable std::mutex mutex_;
    std::deque<Line> lines_;
    std::int64_t last_number_ = 0;
    std::size_t record_ = 0;
    std::int64_t last_event_ms_ = 0;
    std::vector<std::weak_ptr<Waiter>> waiters_;
};

} // namespace bot::doors::sandbox
