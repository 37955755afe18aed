#include "bot/doors/wecom_bot/door.hpp"

#include "bot/core/json.hpp"
#include "bot/doors/tencent/answer.hpp"
#include "bot/doors/tencent/split.hpp"
#include "bot/doors/wecom_bot/send.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace bot::doors::wecom_bot {
namespace {

using nlohmann::json;

constexpr int most_per_minute = 30, most_per_hour = 1'000; ///< in one conversation, answers and pushes
constexpr std::int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms;
constexpr std::size_t most_streams = 20'000;
constexpr std::chrono::milliseconds late_within{30 * 60'000};
constexpr auto thinking = "正在查…";
constexpr auto gave_up = "这个问题还没查出来，请过一会儿再问一次。";

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=answer_failed door=wecom-bot error=\"{}\"", what.what());
    }
}

Capabilities bot_capabilities(const Settings& settings)
{
    Capabilities can;
    can.label = "企业微信智能机器人";
    can.hears_all = false;
    can.push = settings.line.url.empty() ? PushMode::none : PushMode::automatic;
    can.markdown = true;
    can.text_limit = answer_bytes / 3;
    can.answer_within_ms = 20'000;
    return can;
}

net::HttpResponse refusal(error_code ec)
{
    if (ec == make_error_code(Errc::missing_credential) || ec == make_error_code(Errc::bad_credential))
        return net::problem(403, "签名不对", "");
    return net::problem(400, "看不懂的内容", ec.message());
}

net::HttpResponse plain_text(std::string body)
{
    net::HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

std::string random_id()
{
    return tencent::to_hex(tencent::random16());
}

} // namespace

WecomBotDoor::WecomBotDoor(Settings settings, net::HttpClient& client, const Clock& clock,
                           EventHandler on_event)
    : id_(settings.id), client_(client), clock_(clock), on_event_(std::move(on_event)),
      capabilities_(bot_capabilities(settings)), per_minute_(most_per_minute, minute_ms),
      per_hour_(most_per_hour, hour_ms), settings_(std::make_shared<const Settings>(std::move(settings))),
      line_(
          client_, [this] { return this->settings()->line; },
          [this](const std::string& command, const std::string& request_id, const json& body) {
              take_callback(command, request_id, body);
          })
{
}

void WecomBotDoor::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    {
        const std::lock_guard lock(mutex_);
        settings_ = std::move(fresh);
    }
    line_.redial();
}

std::shared_ptr<const Settings> WecomBotDoor::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

AccountHealth WecomBotDoor::health() const
{
    const bool is_open = line_.is_open();
    const std::string trouble = line_.trouble();
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    const bool has_line = !settings_->line.url.empty();
    health.can_send = is_open;
    health.connected = has_line ? is_open : health.last_event_ms > 0;
    if (has_line)
        health.detail = is_open ? "长连接连着" : trouble.empty() ? "正在连长连接" : trouble;
    else
        health.detail =
            health.last_event_ms > 0 ? "走回调，只答不推" : "还没收到过回调：请在管理后台填好地址";
    return health;
}

std::vector<std::string> WecomBotDoor::split(const std::string& text) const
{
    return tencent::split_bytes(text, answer_bytes);
}

asio::awaitable<void> WecomBotDoor::run()
{
    auto executor = co_await asio::this_coro::executor;
    {
        const std::lock_guard lock(mutex_);
        home_ = executor;
    }
    co_await line_.run();
}

bool WecomBotDoor::is_ours(const std::string& url, const Settings& settings) const
{
    return url.starts_with(settings.api + "/") || url.starts_with("https://qyapi.weixin.qq.com/");
}

void WecomBotDoor::note_event()
{
    const std::lock_guard lock(mutex_);
    health_.last_event_ms = clock_.now_ms();
}

void WecomBotDoor::note_end(const SendOutcome& outcome)
{
    const std::lock_guard lock(mutex_);
    if (outcome.delivered())
        health_.last_success_ms = clock_.now_ms();
}

asio::awaitable<net::HttpResponse> WecomBotDoor::receive(net::HttpRequest request)
{
    const auto settings = this->settings();
    if (!settings->credentials)
        co_return net::problem(404, "这个账号没有填 token 和 encoding_aes_key", "");
    if (request.method == "GET") {
        const auto echo = tencent::verify_address(*settings->credentials, request.query);
        co_return echo ? plain_text(*echo) : refusal(echo.error());
    }
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 GET 和 POST", "把这个地址填到智能机器人的回调里");
    const auto plain = tencent::open_letter(*settings->credentials, request.query, request.body);
    if (!plain)
        co_return refusal(plain.error());
    const auto payload = parse_json(*plain);
    if (!payload)
        co_return refusal(payload.error());
    auto heard = to_heard(id_, *payload, "");
    if (!heard)
        co_return refusal(heard.error());
    if (!settings->bot_id.empty() && !heard->event.self_id.empty() &&
        heard->event.self_id != settings->bot_id)
        co_return refusal(make_error_code(Errc::bad_credential));
    std::string message;
    if (!heard->stream_id.empty())
        message = co_await next_piece(settings, heard->stream_id);
    else
        message = co_await respond(settings, std::move(*heard));
    if (message.empty())
        co_return plain_text("");
    const tencent::Stamp stamp{clock_.now_ms() / 1000, net::form_value(request.query, "nonce").value_or(""),
                               tencent::random16()};
    co_return net::json_response(200, tencent::seal_small_json(*settings->credentials, message, stamp));
}

/// Lets the house hear it, once.
std::shared_ptr<tencent::Exchange> WecomBotDoor::begin(Heard heard, asio::any_io_executor executor,
                                                       bool& is_first)
{
    const std::int64_t now = clock_.now_ms();
    const std::string key = heard.event.dedupe_key.empty() ? random_id() : heard.event.dedupe_key;
    const tencent::Exchanges::Entered entered = exchanges_.enter(key, now);
    is_first = entered.delivery == 1;
    if (!is_first)
        return entered.exchange;
    note_event();
    if (is_ours(heard.reply_url, *settings()))
        reply_urls_.keep(heard.event.message_id, heard.reply_url, now);
    asio::co_spawn(executor, ask_house(std::move(heard.event), entered.exchange), log_end);
    return entered.exchange;
}

asio::awaitable<void> WecomBotDoor::ask_house(Event event, std::shared_ptr<tencent::Exchange> exchange)
{
    std::optional<Reply> reply;
    try {
        reply = co_await on_event_(std::move(event));
    } catch (const std::exception& error) {
        spdlog::error("event=answer_failed door=wecom-bot account={} error=\"{}\"", id_, error.what());
    }
    exchange->reply.give(std::move(reply));
}

/// The first answer to a callback; empty: nothing to say.
asio::awaitable<std::string> WecomBotDoor::respond(std::shared_ptr<const Settings> settings, Heard heard)
{
    const Event event = heard.event;
    if (event.kind == EventKind::ignore)
        co_return std::string();
    bool is_first = false;
    const auto executor = co_await asio::this_coro::executor;
    const auto exchange = begin(std::move(heard), executor, is_first);
    const bool is_ready = co_await exchange->reply.wait(settings->first_piece_within);
    const std::string text = exchange->text();
    if (is_ready && text.empty())
        co_return std::string();
    if (event.happening == Happening::chat_opened) {
        if (is_ready && is_first)
            count_answer(text);
        co_return is_ready ? write(text_body(text)) : std::string();
    }
    const std::string stream_id = "s-" + event.message_id;
    if (event.kind != EventKind::message) { // a button: its click takes no words as answer
        if (is_first)
            asio::co_spawn(executor, follow_up(event, stream_id), log_end);
        co_return std::string();
    }
    {
        const std::lock_guard lock(mutex_);
        const std::int64_t now = clock_.now_ms();
        if (streams_.size() >= most_streams)
            std::erase_if(streams_, [&](const auto& one) {
                return now - one.second.began_ms > settings->stream_ms * 2;
            });
        Stream stream;
        stream.exchange = exchange;
        stream.message_id = event.message_id;
        stream.began_ms = now;
        streams_.try_emplace(stream_id, std::move(stream));
    }
    if (!is_ready && is_first)
        asio::co_spawn(executor, follow_up(event, stream_id), log_end);
    co_return piece(stream_id, is_ready);
}

asio::awaitable<std::string> WecomBotDoor::next_piece(std::shared_ptr<const Settings> settings,
                                                      std::string stream_id)
{
    std::shared_ptr<tencent::Exchange> exchange;
    {
        const std::lock_guard lock(mutex_);
        const auto found = streams_.find(stream_id);
        if (found != streams_.end())
            exchange = found->second.exchange;
    }
    if (!exchange) // of an earlier run, or long over: a bubble must not hang
        co_return write(stream_body(stream_id, true, gave_up));
    const bool is_ready = co_await exchange->reply.wait(settings->next_piece_within);
    co_return piece(stream_id, is_ready);
}

/// The stream as it stands now; finished when the answer is there or the platform's patience ends.
std::string WecomBotDoor::piece(const std::string& stream_id, bool is_ready)
{
    std::string text;
    bool is_over = false, is_new = false;
    {
        const std::lock_guard lock(mutex_);
        const auto found = streams_.find(stream_id);
        if (found == streams_.end())
            return write(stream_body(stream_id, true, gave_up));
        Stream& stream = found->second;
        is_over = !is_ready && clock_.now_ms() - stream.began_ms >= settings_->stream_ms;
        text = is_ready ? stream.exchange->text() : is_over ? gave_up : thinking;
        is_new = (is_ready && !stream.is_answered) || (is_over && !stream.is_given_up);
        stream.is_answered = stream.is_answered || is_ready;
        stream.is_given_up = stream.is_given_up || is_over;
    }
    if (text.empty())
        text = gave_up;
    if (is_new)
        count_answer(text);
    return write(stream_body(stream_id, is_ready || is_over, text));
}

asio::awaitable<void> WecomBotDoor::follow_up(Event event, std::string stream_id)
{
    std::shared_ptr<tencent::Exchange> exchange;
    const auto entered = exchanges_.enter(event.dedupe_key, clock_.now_ms());
    exchange = entered.exchange;
    const bool is_there = co_await exchange->reply.wait(late_within);
    const std::string text = exchange->text();
    if (!is_there || text.empty())
        co_return;
    if (event.kind == EventKind::message) { // the platform asks for it within seconds, if it still asks
        asio::steady_timer timer(co_await asio::this_coro::executor);
        timer.expires_after(settings()->next_piece_within * 10);
        co_await timer.async_wait(net::as_values);
        const std::lock_guard lock(mutex_);
        const auto found = streams_.find(stream_id);
        if (found == streams_.end() || std::exchange(found->second.is_answered, true))
            co_return;
    }
    Outgoing message;
    message.chat = event.chat;
    message.text = text;
    message.reply_to = event.message_id;
    const SendOutcome outcome = co_await send_answer(std::move(message));
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=wecom-bot account={} action={}", id_,
                     to_string(outcome.action));
}

void WecomBotDoor::take_callback(const std::string& command, const std::string& request_id, const json& body)
{
    auto heard = to_heard(id_, body, "");
    if (!heard)
        return;
    if (heard->is_taken_over && command == "aibot_event_callback") {
        line_.yield_to_newer();
        return;
    }
    std::optional<asio::any_io_executor> home;
    {
        const std::lock_guard lock(mutex_);
        home = home_;
    }
    if (home && heard->event.kind != EventKind::ignore)
        asio::co_spawn(*home, answer_on_line(std::move(*heard), request_id), log_end);
}

/// Over the long connection nobody asks for pieces: we send them.
asio::awaitable<void> WecomBotDoor::answer_on_line(Heard heard, std::string request_id)
{
    const auto settings = this->settings();
    const Event event = heard.event;
    bool is_first = false;
    const auto executor = co_await asio::this_coro::executor;
    const auto exchange = begin(std::move(heard), executor, is_first);
    if (!is_first)
        co_return;
    const bool is_welcome = event.happening == Happening::chat_opened;
    const std::string stream_id = "s-" + (event.message_id.empty() ? random_id() : event.message_id);
    bool is_ready = co_await exchange->reply.wait(settings->first_piece_within);
    if (!is_ready && event.kind == EventKind::message) {
        std::string waiting = frame("aibot_respond_msg", request_id, stream_body(stream_id, false, thinking));
        co_await line_.call(std::move(waiting), request_id);
        is_ready = co_await exchange->reply.wait(std::chrono::milliseconds(settings->stream_ms));
    }
    const std::string text = is_ready ? exchange->text() : event.kind == EventKind::message ? gave_up : "";
    if (text.empty())
        co_return;
    if (event.kind != EventKind::message && !is_welcome) {
        const SendOutcome pushed = co_await push(event.chat, text);
        note_end(pushed);
        co_return;
    }
    const json body = is_welcome ? text_body(text) : stream_body(stream_id, true, text);
    std::string last =
        frame(is_welcome ? "aibot_respond_welcome_msg" : "aibot_respond_msg", request_id, body);
    per_minute_.take(event.chat.id, 1, clock_.now_ms());
    per_hour_.take(event.chat.id, 1, clock_.now_ms());
    count_answer(text);
    const tencent::Answer answer = co_await line_.call(std::move(last), request_id);
    const SendOutcome outcome = tencent::classify(answer, tencent::company_codes());
    note_end(outcome);
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=wecom-bot account={} action={}", id_,
                     to_string(outcome.action));
}

asio::awaitable<SendOutcome> WecomBotDoor::send(Outgoing message)
{
    SendOutcome outcome;
    const std::string url =
        message.reply_to.empty() ? std::string() : reply_urls_.take(message.reply_to, clock_.now_ms());
    const std::string text = message.markdown.empty() ? message.text : message.markdown;
    if (!url.empty()) {
        outcome = co_await answer_later(url, text);
    } else if (settings()->line.url.empty()) {
        outcome.action = SendAction::window_closed;
        outcome.scope = Scope::chat;
        outcome.reason = "回答的机会用完了：只走回调的机器人不能主动发，请配 bot_id 和 secret 用长连接";
    } else {
        outcome = co_await push(message.chat, text);
    }
    note_end(outcome);
    co_return outcome;
}

asio::awaitable<SendOutcome> WecomBotDoor::answer_later(std::string url, std::string text)
{
    net::ClientRequest request = tencent::post_json(std::move(url), write(markdown_body(text)));
    const net::ClientResult result = co_await client_.call(std::move(request));
    co_return tencent::classify(tencent::answer_of(result), tencent::company_codes());
}

asio::awaitable<SendOutcome> WecomBotDoor::push(Chat where, std::string text)
{
    SendOutcome outcome;
    const std::int64_t now = clock_.now_ms();
    std::int64_t wait_ms = per_hour_.take(where.id, 1, now);
    if (wait_ms == 0) {
        wait_ms = per_minute_.take(where.id, 1, now);
        if (wait_ms > 0)
            per_hour_.give_back(where.id, 1);
    }
    if (wait_ms > 0) {
        outcome.action = SendAction::window_closed; // it opens again by itself: no failure of this message
        outcome.scope = Scope::chat;
        outcome.retry_after_ms = wait_ms;
        outcome.reason = "这个会话的额度用完了（一分钟 30 条，一小时 1000 条），等一下自动发";
        co_return outcome;
    }
    const std::string request_id = line_.new_request_id();
    std::string whole = frame("aibot_send_msg", request_id, push_body(where, text));
    const tencent::Answer answer = co_await line_.call(std::move(whole), request_id);
    outcome = tencent::classify(answer, tencent::company_codes());
    if (answer.transport == tencent::Transport::refused)
        outcome.reason = "长连接没连上，连上了自动发";
    if (outcome.platform_words.starts_with("45009")) {
        outcome.scope = Scope::chat;
        per_minute_.close(where.id, now + minute_ms);
    }
    co_return outcome;
}

} // namespace bot::doors::wecom_bot
