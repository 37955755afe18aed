#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/tencent/api.hpp"
#include "bot/doors/tencent/envelope.hpp"
#include "bot/doors/tencent/exchanges.hpp"
#include "bot/doors/wecom_app/customer_groups.hpp"
#include "bot/net/bell.hpp"
#include "bot/net/hook.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bot::doors::wecom_app {

struct Settings {
    std::string id;
    std::string api;
    std::string corp_id;
    std::int64_t agent_id = 0;
    std::string secret;                              ///< empty: answers leave in the response only
    std::optional<tencent::Credentials> credentials; ///< empty: nothing is heard
    std::chrono::milliseconds answer_within{4'000};  ///< the platform cuts after 5 s and asks again
    std::chrono::milliseconds late_within{60'000};   ///< an answer that takes longer is given up
    std::chrono::milliseconds gather{300};           ///< what is said meanwhile to one owner is one task
};

/// One self-built application of a company: members talk with it in private, groups that it made hear it at
/// once, groups of customers hear it when their owner taps the task. Thread-safe.
class WecomAppDoor final : public Door, public net::Hook {
public:
    WecomAppDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);

    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    asio::awaitable<Sighting> look_up(Outgoing message, std::int64_t since_ms) override;
    asio::awaitable<bool> withdraw(Outgoing message, std::int64_t since_ms) override;
    std::vector<std::string> split(const std::string& text) const override;
    std::vector<std::string> lint(const std::string& text) const override;
    /// Reads the list of customer groups now and then.
    asio::awaitable<void> run() override;
    void stop() override;

    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;

private:
    struct Question; ///< one telling of one callback

    asio::awaitable<void> ask_house(Event event, std::shared_ptr<tencent::Exchange> exchange);
    asio::awaitable<net::HttpResponse> answer(std::shared_ptr<const Settings> settings, Question question);
    net::HttpResponse passive(const Settings& settings, const Question& question, const std::string& text);
    asio::awaitable<void> follow_up(std::string member, std::shared_ptr<tencent::Exchange> exchange,
                                    std::chrono::milliseconds most);
    asio::awaitable<void> deliver(std::string member, std::string text);
    asio::awaitable<SendOutcome> send_to_member(const Settings& settings, Outgoing message);
    asio::awaitable<SendOutcome> send_to_group(Outgoing message);
    asio::awaitable<SendOutcome> send_bodies(std::string path, std::vector<std::string> bodies,
                                             bool may_repeat);
    void note_end(const SendOutcome& outcome);
    std::shared_ptr<const Settings> settings() const;

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    const EventHandler on_event_;
    const Capabilities capabilities_;
    tencent::Exchanges exchanges_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    AccountHealth health_;
    std::string trouble_;
    std::shared_ptr<net::Bell> bell_; ///< rings `run` awake; on its executor
    std::optional<asio::any_io_executor> home_;
    bool stopping_ = false;
    tencent::Api api_;
    CustomerGroups customers_;
};

} // namespace bot::doors::wecom_app
