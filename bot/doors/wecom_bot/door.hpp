#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/tencent/envelope.hpp"
#include "bot/doors/tencent/exchanges.hpp"
#include "bot/doors/tencent/window.hpp"
#include "bot/doors/wecom_bot/line.hpp"
#include "bot/doors/wecom_bot/parse.hpp"
#include "bot/doors/wecom_bot/reply_urls.hpp"
#include "bot/net/hook.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bot::doors::wecom_bot {

struct Settings {
    std::string id;
    std::string api;                                     ///< where reply addresses point to
    LineSettings line;                                   ///< its `url` is empty without `bot_id` and `secret`
    std::string bot_id;                                  ///< empty: callbacks of any bot that has the key
    std::optional<tencent::Credentials> credentials;     ///< of callbacks; empty: none are taken
    std::chrono::milliseconds first_piece_within{1'500}; ///< then the stream begins unfinished
    std::chrono::milliseconds next_piece_within{1'000};
    std::int64_t stream_ms = 330'000; ///< the platform gives up at 6 minutes; we finish before
};

/// One smart bot of WeCom: heard by callbacks, by the long connection, or both. An answer is a stream that is
/// always finished; one that comes too late for it uses the question's reply address, once. Thread-safe.
class WecomBotDoor final : public Door, public net::Hook {
public:
    WecomBotDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event);

    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    std::vector<std::string> split(const std::string& text) const override;
    asio::awaitable<void> run() override;
    void stop() override { line_.stop(); }

    asio::awaitable<net::HttpResponse> receive(net::HttpRequest request) override;

private:
    /// One answer that is given in pieces.
    struct Stream {
        std::shared_ptr<tencent::Exchange> exchange;
        std::string message_id;
        std::int64_t began_ms = 0;
        bool is_answered = false; ///< the answer was handed out, here or by the reply address
        bool is_given_up = false; ///< it was finished without one
    };

    asio::awaitable<std::string> respond(std::shared_ptr<const Settings> settings, Heard heard);
    asio::awaitable<std::string> next_piece(std::shared_ptr<const Settings> settings, std::string stream_id);
    std::string piece(const std::string& stream_id, bool is_ready);
    asio::awaitable<void> ask_house(Event event, std::shared_ptr<tencent::Exchange> exchange);
    /// An answer that its stream did not wait for.
    asio::awaitable<void> follow_up(Event event, std::string stream_id);
    std::shared_ptr<tencent::Exchange> begin(Heard heard, asio::any_io_executor executor, bool& is_first);

    void take_callback(const std::string& command, const std::string& request_id, const nlohmann::json& body);
    asio::awaitable<void> answer_on_line(Heard heard, std::string request_id);
    asio::awaitable<SendOutcome> push(Chat where, std::string text);
    asio::awaitable<SendOutcome> answer_later(std::string url, std::string text);
    void note_end(const SendOutcome& outcome);
    void note_event();
    bool is_ours(const std::string& url, const Settings& settings) const;
    std::shared_ptr<const Settings> settings() const;

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    const EventHandler on_event_;
    const Capabilities capabilities_;
    tencent::Exchanges exchanges_;
    ReplyUrls reply_urls_;
    tencent::SlidingWindow per_minute_, per_hour_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    AccountHealth health_;
    std::map<std::string, Stream> streams_;
    std::optional<asio::any_io_executor> home_; ///< of the long connection
    Line line_;
};

} // namespace bot::doors::wecom_bot
