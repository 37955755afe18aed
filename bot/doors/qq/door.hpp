#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/qq/api.hpp"
#include "bot/doors/qq/parse.hpp"
#include "bot/doors/qq/settings.hpp"
#include "bot/net/hook.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace bot::doors::qq {

/// One official bot: signed webhooks in, HTTPS calls out. Answers and notices take numbered places in reply
/// windows; what is sent unasked goes only where the platform lets it. Thread-safe.
class QqDoor final : public Door, public net::Hook {
public:
    QqDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);

    /// Fresh settings for what comes from now on; the id stays.
    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    /// What the platform lets this bot do, as far as it is known by now.
    const Capabilities& capabilities() const override;
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    /// Hands a message with places in once more, or tells what its review came to.
    asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t since_ms) override;
    std::vector<std::string> openings() const override;
    std::string fix_handle(const Outgoing& message) override;
    std::vector<std::string> lint(const std::string& text) const override;
    std::vector<std::string> split(const std::string& text) const override;

    /// `POST /hooks/{account}`: 401 without a signature or with an old one, 403 with a wrong one, 400 for
    /// what is no event, else 200 with the acknowledgement; the work comes after it.
    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;

private:
    /// Where a message may go.
    struct Way {
        std::optional<SendOutcome> refusal;
        std::optional<Places> places; ///< nothing: unasked
    };
    /// A message that the platform reviews before it shows it.
    struct Review {
        std::string chat, text;
        enum class State { waits, passed, turned_down } state = State::waits;
    };

    std::shared_ptr<const Settings> settings() const;
    bool is_first(const std::string& key);
    void note(const Heard& heard, std::int64_t signed_ms);
    void learn_consent(const Event& event);
    asio::awaitable<void> handle(Heard heard);
    asio::awaitable<void> deliver(Outgoing message);

    Way way_of(const Outgoing& message, int count);
    bool may_push(const Chat& chat) const;
    bool has_objected(const Chat& chat) const;
    asio::awaitable<SendOutcome> send_parts(Chat chat, std::vector<std::string> parts,
                                            std::optional<Places> places);
    void learn(SendOutcome& outcome, const Outgoing& message, const std::optional<Places>& places);
    void learn_no_push(SendOutcome& outcome, const Outgoing& message);
    void settle_review(const Audit& audit);
    std::optional<Review::State> review_of(const Outgoing& message) const;

    const std::string id_;
    const Clock& clock_;
    const EventHandler on_event_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    Capabilities when_open_, when_free_; ///< notices wait for an opening, or go at any time
    bool pushes_freely_ = false;
    bool has_pushed_ = false;                  ///< unasked, and it worked
    std::set<std::string> welcome_;            ///< groups that switched notices on
    std::set<std::string> objecting_;          ///< groups that switched them off
    std::map<std::string, std::int64_t> seen_; ///< keys of the last minutes: replays change nothing
    std::deque<std::pair<std::int64_t, std::string>> seen_order_;
    std::map<std::string, Review> reviews_;
    std::deque<std::string> review_order_;
    AccountHealth health_;
    std::string trouble_;          ///< only a person can mend it
    std::size_t learnt_limit_ = 0; ///< characters; 0 = nothing learnt
    Windows windows_;
    ChatQuotas quotas_;
    Api api_;
};

} // namespace bot::doors::qq
