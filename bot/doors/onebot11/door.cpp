#include "bot/doors/onebot11/door.hpp"

#include "bot/doors/onebot11/parse.hpp"

#include <boost/asio/co_spawn.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace bot::doors::onebot11 {
namespace {

using nlohmann::json;

constexpr int looked_back = 50; ///< messages of a group's history

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=answer_failed door=onebot11 error=\"{}\"", what.what());
    }
}

Capabilities onebot11_capabilities(const Settings& settings)
{
    Capabilities can;
    can.label = "QQ 群（OneBot 11，非官方）";
    can.official = false;
    can.can_look_up_sent = true;
    can.recall_window_ms = 2 * 60 * 1000;
    can.answer_within_ms = settings.call_timeout.count() + 1'000;
    return can;
}

Outgoing answer_to(const Event& event, Reply reply)
{
    Outgoing message;
    message.chat = event.chat;
    message.text = std::move(reply.text);
    if (event.chat.type == ChatType::group) {
        message.reply_to = event.message_id;
        message.mention = event.sender.id;
    }
    return message;
}

net::HttpResponse refusal(error_code ec)
{
    if (ec == make_error_code(Errc::missing_credential))
        return net::problem(401, "缺少签名或令牌", ec.message());
    if (ec == make_error_code(Errc::bad_credential))
        return net::problem(403, "签名或令牌不对", ec.message());
    return net::problem(400, "看不懂的内容", ec.message());
}

std::string text_of_message(const json& message)
{
    std::string text;
    for (const Segment& segment : read_message(message))
        if (segment.type == "text")
            text += segment.get("text");
    return text;
}

/// Absent only when the history reaches back to the moment in question: a lively group may have pushed ours
/// out of what the platform shows.
Sighting find_in_history(const json& messages, const std::string& text, std::int64_t since_ms)
{
    bool reaches_back = messages.size() < looked_back;
    for (const json& one : messages) {
        if (!one.is_object() || !one.contains("message"))
            continue;
        const auto time = one.find("time");
        if (time == one.end() || !time->is_number_integer())
            continue;
        const bool before = time->get<std::int64_t>() < (since_ms + 999) / 1000 - 1;
        reaches_back = reaches_back || before;
        const bool own = id_text(one, "user_id") == id_text(one, "self_id");
        if (own && !before && text_of_message(one["message"]) == text)
            return Sighting::present;
    }
    return reaches_back ? Sighting::absent : Sighting::cannot_tell;
}

} // namespace

OneBot11Door::OneBot11Door(Settings settings, net::HttpClient& client, const Clock& clock,
                           EventHandler on_event)
    : id_(settings.id), client_(client), clock_(clock), on_event_(std::move(on_event)),
      capabilities_(onebot11_capabilities(settings)),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      keeper_(
          client, [this] { return dial(); },
          [this](std::shared_ptr<net::WebSocket> socket) { return serve_dialled(std::move(socket)); },
          [this](const net::SocketResult& failure) { return note_failure(failure); })
{
    keeper_.scale_pauses(settings_->reconnect_factor);
}

OneBot11Door::~OneBot11Door()
{
    for (const auto& link : std::exchange(links_, {}))
        link->abandon();
}

void OneBot11Door::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    bool is_elsewhere = false;
    {
        const std::lock_guard lock(mutex_);
        is_elsewhere = settings_->ws != fresh->ws || settings_->access_token != fresh->access_token;
        settings_ = std::move(fresh);
    }
    if (is_elsewhere)
        keeper_.redial();
}

asio::awaitable<void> OneBot11Door::run()
{
    co_await keeper_.run();
}

void OneBot11Door::stop()
{
    keeper_.stop();
}

std::optional<net::SocketRequest> OneBot11Door::dial() const
{
    const auto settings = this->settings();
    if (settings->ws.empty())
        return std::nullopt;
    net::SocketRequest request;
    request.url = settings->ws;
    if (!settings->access_token.empty())
        request.headers.emplace_back("Authorization", "Bearer " + settings->access_token);
    return request;
}

asio::awaitable<bool> OneBot11Door::serve_dialled(std::shared_ptr<net::WebSocket> socket)
{
    {
        const std::lock_guard lock(mutex_);
        dial_trouble_.clear();
    }
    co_await run_link(std::move(socket), Handshake());
    co_return true;
}

/// Whatever it is, it may be mended over there: we go on trying.
bool OneBot11Door::note_failure(const net::SocketResult& failure)
{
    const bool is_refused = failure.status == 401 || failure.status == 403;
    spdlog::warn("event=dial_failed door=onebot11 account={} status={} error=\"{}\"", id_, failure.status,
                 failure.code.message());
    const std::lock_guard lock(mutex_);
    dial_trouble_ = is_refused ? "访问令牌不对，请核对 access_token" : "连不上对方程序，正在重试";
    return true;
}

std::shared_ptr<const Settings> OneBot11Door::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

AccountHealth OneBot11Door::health() const
{
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    const auto calls = [](const auto& link) { return link->role() != Role::event; };
    health.can_send = !settings_->api.empty() || std::any_of(links_.begin(), links_.end(), calls);
    health.connected = online_ && (!links_.empty() || !settings_->api.empty());
    if (!online_)
        health.detail = "QQ 掉线了：请在实现程序里重新登录";
    else if (!links_.empty())
        health.detail = "WebSocket 连着";
    else if (!dial_trouble_.empty())
        health.detail = dial_trouble_;
    else
        health.detail = settings_->api.empty() ? "等对方连上来" : "走 HTTP 接口";
    return health;
}

asio::awaitable<net::HttpResponse> OneBot11Door::receive(net::HttpRequest request)
{
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 POST", "把这个地址填到实现程序的 HTTP 上报里");
    const auto settings = this->settings();
    if (const error_code ec =
            check_signature(settings->secret, request.body, net::header(request.headers, "X-Signature")))
        co_return refusal(ec);
    const auto payload = parse_json(request.body);
    if (!payload)
        co_return refusal(payload.error());
    auto parsed = to_event(id_, *payload);
    if (!parsed)
        co_return refusal(parsed.error());
    Event event = std::move(*parsed);
    note_event(event);
    auto reply = co_await on_event_(event);
    net::HttpResponse response;
    response.status = 204;
    if (!reply)
        co_return response;
    const bool can_call = !settings->api.empty() || api_link() != nullptr;
    const bool quick =
        settings->reply_via == ReplyVia::quick || (settings->reply_via == ReplyVia::automatic && !can_call);
    if (quick) {
        count_answer(reply->text);
        co_return net::json_response(200, quick_reply(*reply, event.chat.type == ChatType::group));
    }
    auto message = std::make_shared<Outgoing>(answer_to(event, std::move(*reply)));
    response.after = [this, message] { return deliver(*message); };
    co_return response;
}

asio::awaitable<net::UpgradeDecision> OneBot11Door::upgrade(net::HttpRequest request)
{
    net::UpgradeDecision decision;
    const auto handshake = check_handshake(settings()->access_token, request.headers, request.query);
    if (!handshake)
        decision.refusal = refusal(handshake.error());
    else
        decision.run = [this, accepted = *handshake](std::shared_ptr<net::WebSocket> socket) {
            return run_link(std::move(socket), accepted);
        };
    co_return decision;
}

asio::awaitable<void> OneBot11Door::run_link(std::shared_ptr<net::WebSocket> socket, Handshake handshake)
{
    auto link = std::make_shared<Link>(std::move(socket), handshake.role);
    {
        const std::lock_guard lock(mutex_);
        if (handshake.role == Role::universal)
            for (const auto& older : links_)
                if (older->role() == Role::universal)
                    older->retire();
        links_.push_back(link);
        online_ = true;
    }
    spdlog::info("event=connected door=onebot11 account={}", id_);
    for (;;) {
        auto text = co_await link->socket().receive();
        if (!text)
            break;
        co_await on_frame(link, std::move(*text));
    }
    link->fail_all();
    const std::lock_guard lock(mutex_);
    std::erase(links_, link);
    spdlog::info("event=disconnected door=onebot11 account={}", id_);
}

asio::awaitable<void> OneBot11Door::on_frame(std::shared_ptr<Link> link, std::string text)
{
    const auto payload = parse_json(text);
    if (!payload || !payload->is_object()) {
        spdlog::warn("event=bad_frame door=onebot11 account={}", id_);
        co_return;
    }
    if (!payload->contains("post_type")) {
        if (const auto echo = payload->find("echo"); echo != payload->end() && echo->is_string())
            link->deliver(echo->get<std::string>(), std::move(text));
        co_return;
    }
    auto event = to_event(id_, *payload);
    if (!event)
        co_return;
    note_event(*event);
    if (event->happening == Happening::heartbeat && event->interval_ms > 0)
        link->expect_sign_within(std::chrono::milliseconds(3 * event->interval_ms));
    asio::co_spawn(link->socket().executor(), answer(std::move(*event)), log_end);
}

asio::awaitable<void> OneBot11Door::answer(Event event)
{
    auto reply = co_await on_event_(event);
    if (!reply)
        co_return;
    co_await deliver(answer_to(event, std::move(*reply)));
}

asio::awaitable<void> OneBot11Door::deliver(Outgoing message)
{
    const SendOutcome outcome = co_await send_answer(std::move(message));
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=onebot11 account={} action={}", id_, to_string(outcome.action));
}

std::vector<std::string> OneBot11Door::split(const std::string& text) const
{
    return split_text(text, capabilities_.text_limit);
}

asio::awaitable<SendOutcome> OneBot11Door::send(Outgoing message)
{
    const std::vector<std::string> parts = split(message.text);
    SendOutcome outcome;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Outgoing part = message;
        part.text = parts[i];
        if (i > 0) {
            part.reply_to.clear();
            part.mention.clear();
        }
        outcome = co_await send_part(std::move(part));
        if (outcome.delivered())
            continue;
        if (i > 0) {
            outcome.action = SendAction::unknown_result;
            outcome.reason = "长文只发出了前 " + std::to_string(i) + " 段：" + outcome.reason;
        }
        break;
    }
    if (outcome.delivered()) {
        const std::lock_guard lock(mutex_);
        health_.last_success_ms = clock_.now_ms();
    }
    co_return outcome;
}

asio::awaitable<SendOutcome> OneBot11Door::send_part(Outgoing part)
{
    const Answer answer = co_await call(send_message(part));
    co_return classify(answer.transport, answer.status, answer.body);
}

asio::awaitable<Answer> OneBot11Door::call(Call call)
{
    Answer answer;
    const auto settings = this->settings();
    if (auto link = api_link()) {
        answer = co_await link->perform(std::move(call), settings->call_timeout);
        co_return answer;
    }
    if (settings->api.empty()) {
        answer.transport = Transport::refused;
        co_return answer;
    }
    net::ClientRequest request;
    request.url = settings->api + "/" + call.action;
    request.headers.emplace_back("Content-Type", "application/json");
    if (!settings->access_token.empty())
        request.headers.emplace_back("Authorization", "Bearer " + settings->access_token);
    request.body = std::move(call.params);
    request.timeout = settings->call_timeout;
    auto result = co_await client_.call(std::move(request));
    if (result.response) {
        answer.transport = Transport::answered;
        answer.status = result.response->status;
        answer.body = std::move(result.response->body);
    } else if (result.error.stage == net::ClientError::Stage::before_write) {
        answer.transport = Transport::refused;
    }
    co_return answer;
}

asio::awaitable<Sighting> OneBot11Door::look_up(Outgoing message, std::int64_t since_ms)
{
    if (message.chat.type != ChatType::group)
        co_return Sighting::cannot_tell;
    const Answer answer = co_await call(group_history(message.chat.id, looked_back));
    const auto payload = parse_json(answer.body);
    if (answer.transport != Transport::answered || !payload || !payload->is_object())
        co_return Sighting::cannot_tell;
    const json& envelope = *payload;
    const auto data = envelope.find("data");
    if (data == envelope.end() || !data->is_object() || !data->contains("messages") ||
        !(*data)["messages"].is_array())
        co_return Sighting::cannot_tell;
    co_return find_in_history((*data)["messages"], split(message.text).front(), since_ms);
}

std::shared_ptr<Link> OneBot11Door::api_link() const
{
    const std::lock_guard lock(mutex_);
    for (auto link = links_.rbegin(); link != links_.rend(); ++link)
        if ((*link)->role() != Role::event)
            return *link;
    return nullptr;
}

void OneBot11Door::note_event(const Event& event)
{
    const std::lock_guard lock(mutex_);
    health_.last_event_ms = clock_.now_ms();
    if (event.happening == Happening::heartbeat)
        online_ = event.online;
    else if (event.happening == Happening::bot_offline)
        online_ = false;
    else if (event.happening == Happening::bot_online || event.happening == Happening::connected)
        online_ = true;
}

} // namespace bot::doors::onebot11
