#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/tencent/api.hpp"
#include "bot/doors/tencent/exchanges.hpp"
#include "bot/doors/wechat_mp/send.hpp"
#include "bot/doors/wechat_mp/service_window.hpp"
#include "bot/doors/wechat_mp/verify.hpp"
#include "bot/net/hook.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace bot::doors::wechat_mp {

struct Settings {
    std::string id;
    std::string api;
    std::string secret; ///< empty: answers leave in the response only
    Account account;
    std::chrono::milliseconds answer_within{4'000}; ///< the platform cuts after 5 s and asks again
    std::chrono::milliseconds hold{5'500};          ///< longer than that, so that it does ask again
    std::chrono::milliseconds late_within{60'000};  ///< an answer that takes longer is given up
};

/// One official account. What is ready in time is the answer in the response; what is not follows as a
/// service message. A redelivery gets the same answer and is never handled twice. Thread-safe.
class WechatMpDoor final : public Door, public net::Hook {
public:
    WechatMpDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);

    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    /// Service messages, while the person's window is open.
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    std::vector<std::string> split(const std::string& text) const override;

    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;

private:
    struct Question; ///< one telling of one callback

    asio::awaitable<void> ask_house(Event event, std::shared_ptr<tencent::Exchange> exchange);
    asio::awaitable<net::HttpResponse> answer(std::shared_ptr<const Settings> settings, Question question);
    net::HttpResponse passive(const Settings& settings, const Question& question, const std::string& text);
    net::HttpResponse acknowledge(const Settings& settings, const Question& question);
    asio::awaitable<void> follow_up(std::shared_ptr<const Settings> settings, Question question);
    asio::awaitable<void> deliver(std::string person, std::vector<std::string> parts);
    asio::awaitable<SendOutcome> send_part(std::string person, std::string body);
    SendOutcome window_outcome(ServiceWindow::Verdict verdict) const;
    void note_end(const std::string& person, SendOutcome& outcome);
    bool is_replayed(const std::string& query, const std::string& body);
    bool can_follow_up(const Settings& settings) const;
    std::shared_ptr<const Settings> settings() const;

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    const EventHandler on_event_;
    const Capabilities capabilities_;
    tencent::Exchanges exchanges_;
    ServiceWindow window_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    AccountHealth health_;
    std::string trouble_;
    bool has_service_right_ = true;                              ///< until the platform says otherwise
    std::unordered_map<std::string, std::string> signed_bodies_; ///< signature → digest of the body
    std::vector<std::string> signatures_;                        ///< oldest first, in a ring
    std::size_t next_signature_ = 0;
    tencent::Api api_;
};

} // namespace bot::doors::wechat_mp
