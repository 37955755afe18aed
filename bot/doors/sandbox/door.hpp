#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/sandbox/chat_log.hpp"
#include "bot/doors/sandbox/records.hpp"
#include "bot/doors/sandbox/stream.hpp"
#include "bot/net/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <string>
#include <utility>
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
    std::string trade; ///< id of an industry: picks the questions that the page suggests
    std::string mode;  ///< mention or attentive, as the house treats it
};

/// A platform that lives in this process: groups and private chats in the browser, over the same events and
/// replies as real doors, under the capability record that the page chose. Thread-safe; state is lost with
/// the process and bounded to the last 200 lines per chat.
class SandboxDoor final : public Door {
public:
    SandboxDoor(std::string account, std::vector<Group> groups, const Clock& clock, EventHandler on_event);

    const std::string& account() const override { return account_; }
    const Capabilities& capabilities() const override;
    AccountHealth health() const override;
    /// An answer (with `reply_to`) is held to the reply window of what it answers; a notice to the record's
    /// push mode.
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t since_ms) override;
    std::vector<std::string> openings() const override;
    std::vector<std::string> split(const std::string& text) const override;

    /// GET state · GET events (server-sent; `after` or Last-Event-ID) · POST say {group, direct, person,
    /// text, mention, media, key} · POST recall {id} · POST again {id} · POST limits {record}. `action` is
    /// the rest of the path below /sandbox/. Nothing for an unknown action.
    asio::awaitable<std::optional<net::HttpResponse>> serve(std::string action, net::HttpRequest request);

    const std::vector<Group>& groups() const { return groups_; }

private:
    using Member = std::pair<const Group*, const Person*>;

    net::HttpResponse state() const;
    net::HttpResponse choose_limits(const nlohmann::json& asked);
    asio::awaitable<net::HttpResponse> say(nlohmann::json said);
    asio::awaitable<net::HttpResponse> recall(std::string id);
    asio::awaitable<net::HttpResponse> again(std::string id);

    asio::awaitable<void> hear(Line line);
    asio::awaitable<std::optional<Reply>> ask(Event event);
    SendOutcome say_as_bot(const Outgoing& message, LineKind kind);
    SendOutcome refuse(const Outgoing& message, SendAction action, std::string why);
    Line append(Line line);
    void note(const std::string& id, std::string words);
    Member find_member(const std::string& group, const std::string& person) const;
    bool knows(const Chat& chat) const;
    std::string head() const;

    const std::string account_;
    const std::vector<Group> groups_;
    const Clock& clock_;
    const EventHandler on_event_;
    const std::string boot_; ///< differs from run to run, so that a page notices a restart
    ChatLog log_;
    Streams streams_;
    std::atomic<std::size_t> record_{0};
    std::atomic<std::int64_t> last_event_ms_{0};
};

} // namespace bot::doors::sandbox
