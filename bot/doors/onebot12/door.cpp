#include "bot/doors/onebot12/door.hpp"

#include <boost/asio/co_spawn.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace bot::doors::onebot12 {
namespace {

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=answer_failed door=onebot12 error=\"{}\"", what.what());
    }
}

Capabilities onebot12_capabilities(const Settings& settings)
{
    Capabilities can;
    can.label = "OneBot 12（微信等，非官方）";
    can.official = false;
    can.recall_window_ms = 2 * 60 * 1000;
    can.answer_within_ms = settings.call_timeout.count() + 1'000;
    return can;
}

net::HttpResponse refusal(error_code ec)
{
    if (ec == make_error_code(Errc::missing_credential) || ec == make_error_code(Errc::bad_credential))
        return net::problem(401, "缺少令牌或令牌不对", ec.message());
    return net::problem(400, "看不懂的内容", ec.message());
}

Outgoing answer_to(const Event& event, Reply reply)
{
    Outgoing message;
    message.chat = event.chat;
    message.text = std::move(reply.text);
    if (event.chat.type == ChatType::group)
        message.mention = event.sender.id;
    return message;
}

SendOutcome not_yet(std::string reason)
{
    SendOutcome outcome;
    outcome.action = SendAction::window_closed; // it waits, and that is nobody's fault
    outcome.scope = Scope::chat;
    outcome.reason = std::move(reason);
    return outcome;
}

} // namespace

OneBot12Door::OneBot12Door(Settings settings, net::HttpClient& client, const Clock& clock,
                           EventHandler on_event)
    : id_(settings.id), client_(client), clock_(clock), on_event_(std::move(on_event)),
      capabilities_(onebot12_capabilities(settings)),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      keeper_(
          client, [this] { return dial(); },
          [this](std::shared_ptr<net::WebSocket> socket) { return serve_dialled(std::move(socket)); },
          [this](const net::SocketResult& failure) { return note_failure(failure); })
{
    keeper_.scale_pauses(settings_->reconnect_factor);
}

OneBot12Door::~OneBot12Door()
{
    for (const Link& link : std::exchange(links_, {}))
        link->abandon();
}

void OneBot12Door::configure(Settings settings)
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

std::shared_ptr<const Settings> OneBot12Door::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

OneBot12Door::Link OneBot12Door::newest_link() const
{
    const std::lock_guard lock(mutex_);
    return links_.empty() ? nullptr : links_.back();
}

AccountHealth OneBot12Door::health() const
{
    const bool online = selves_.any_online();
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    health.can_send = !links_.empty() || !settings_->api.empty();
    health.connected = online && health.can_send;
    if (!online)
        health.detail = "掉线了：请在对方程序里重新登录";
    else if (!links_.empty())
        health.detail = "WebSocket 连着";
    else if (!dial_trouble_.empty())
        health.detail = dial_trouble_;
    else
        health.detail = settings_->api.empty() ? "等对方连上来" : "走 HTTP 接口";
    return health;
}

asio::awaitable<void> OneBot12Door::run()
{
    co_await keeper_.run();
}

void OneBot12Door::stop()
{
    keeper_.stop();
}

std::optional<net::SocketRequest> OneBot12Door::dial() const
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

asio::awaitable<bool> OneBot12Door::serve_dialled(std::shared_ptr<net::WebSocket> socket)
{
    {
        const std::lock_guard lock(mutex_);
        dial_trouble_.clear();
    }
    co_await run_link(std::move(socket));
    co_return true;
}

/// Whatever it is, it may be mended over there: we go on trying.
bool OneBot12Door::note_failure(const net::SocketResult& failure)
{
    const bool is_refused = failure.status == 401 || failure.status == 403;
    spdlog::warn("event=dial_failed door=onebot12 account={} status={} error=\"{}\"", id_, failure.status,
                 failure.code.message());
    const std::lock_guard lock(mutex_);
    dial_trouble_ = is_refused ? "访问令牌不对，请核对 access_token" : "连不上对方程序，正在重试";
    return true;
}

asio::awaitable<net::HttpResponse> OneBot12Door::receive(net::HttpRequest request)
{
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 POST", "把这个地址填到实现程序的 HTTP Webhook 里");
    const auto settings = this->settings();
    if (const error_code ec = check_token(settings->access_token, request.headers, request.query))
        co_return refusal(ec);
    if (net::header(request.headers, "Content-Type").find("msgpack") != std::string_view::npos)
        co_return net::problem(415, "只收 JSON", "请把实现程序的消息格式改成 JSON");
    const std::string_view version = net::header(request.headers, "X-OneBot-Version");
    if (!version.empty() && version != "12")
        co_return net::problem(400, "不是 OneBot 12", "");
    const auto payload = parse_json(request.body);
    if (!payload)
        co_return refusal(payload.error());
    auto read = read_event(id_, *payload);
    if (!read)
        co_return refusal(read.error());
    note(*read);
    net::HttpResponse response;
    response.status = 204;
    auto reply = co_await on_event_(read->event);
    if (!reply)
        co_return response;
    auto message = std::make_shared<Outgoing>(answer_to(read->event, std::move(*reply)));
    if (!settings->api.empty() || newest_link()) {
        response.after = [this, message] { return deliver(*message); };
        co_return response;
    }
    count_answer(message->text);
    co_return net::json_response(200, quick_actions(*message, read->self));
}

asio::awaitable<net::UpgradeDecision> OneBot12Door::upgrade(net::HttpRequest request)
{
    net::UpgradeDecision decision;
    const auto handshake = check_handshake(settings()->access_token, request.headers, request.query);
    if (!handshake) {
        decision.refusal = refusal(handshake.error());
        co_return decision;
    }
    decision.subprotocol = handshake->subprotocol;
    decision.run = [this](std::shared_ptr<net::WebSocket> socket) { return run_link(std::move(socket)); };
    co_return decision;
}

asio::awaitable<void> OneBot12Door::run_link(std::shared_ptr<net::WebSocket> socket)
{
    auto link = std::make_shared<net::EchoLink>(std::move(socket));
    {
        const std::lock_guard lock(mutex_);
        for (const Link& older : links_)
            older->retire();
        links_.push_back(link);
    }
    spdlog::info("event=connected door=onebot12 account={}", id_);
    for (;;) {
        auto text = co_await link->socket().receive();
        if (!text)
            break;
        on_frame(link, std::move(*text));
    }
    link->fail_all();
    const std::lock_guard lock(mutex_);
    std::erase(links_, link);
    spdlog::info("event=disconnected door=onebot12 account={}", id_);
}

void OneBot12Door::on_frame(Link link, std::string text)
{
    const auto payload = parse_json(text);
    if (!payload || !payload->is_object()) {
        spdlog::warn("event=bad_frame door=onebot12 account={}", id_);
        return;
    }
    if (payload->contains("retcode")) {
        if (const auto echo = payload->find("echo"); echo != payload->end() && echo->is_string())
            link->deliver(echo->get<std::string>(), std::move(text));
        return;
    }
    auto heard = read_event(id_, *payload);
    if (!heard)
        return;
    note(*heard);
    if (heard->event.happening == Happening::heartbeat && heard->event.interval_ms > 0)
        link->expect_sign_within(std::chrono::milliseconds(3 * heard->event.interval_ms));
    asio::co_spawn(link->socket().executor(), answer(std::move(heard->event)), log_end);
}

void OneBot12Door::note(const Heard& heard)
{
    selves_.heard(heard.self, heard.event.chat);
    selves_.told(heard.bots);
    const std::lock_guard lock(mutex_);
    health_.last_event_ms = clock_.now_ms();
}

asio::awaitable<void> OneBot12Door::answer(Event event)
{
    auto reply = co_await on_event_(event);
    if (!reply)
        co_return;
    co_await deliver(answer_to(event, std::move(*reply)));
}

asio::awaitable<void> OneBot12Door::deliver(Outgoing message)
{
    const SendOutcome outcome = co_await send_answer(std::move(message));
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=onebot12 account={} action={}", id_, to_string(outcome.action));
}

asio::awaitable<SendOutcome> OneBot12Door::send(Outgoing message)
{
    const auto self = selves_.of(message.chat);
    if (!self)
        co_return not_yet("这个连接上有几个号，还不知道这个群归哪个：群里有人说句话就知道了");
    const std::vector<std::string> parts = split(message.text);
    SendOutcome outcome;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Outgoing part = i == 0 ? message : plain(message);
        part.text = parts[i];
        outcome = co_await send_part(std::move(part), *self);
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

/// What the peer cannot show besides text is left out once and for all.
asio::awaitable<SendOutcome> OneBot12Door::send_part(Outgoing part, Self self)
{
    if (text_only_)
        part = plain(std::move(part));
    Answer answer = co_await call(part, self);
    SendOutcome outcome = classify(answer.transport, answer.status, answer.body);
    if (lacks_segment(outcome) && is_decorated(part)) {
        text_only_ = true;
        answer = co_await call(plain(part), self);
        outcome = classify(answer.transport, answer.status, answer.body);
    }
    co_return of_message(std::move(outcome));
}

asio::awaitable<OneBot12Door::Answer> OneBot12Door::call(Outgoing message, Self self)
{
    Answer answer;
    const auto settings = this->settings();
    if (const Link link = newest_link()) {
        net::EchoLink::Frame frame = [message, self](const std::string& echo) {
            return send_message(message, self, echo);
        };
        net::LinkAnswer got = co_await link->call(std::move(frame), settings->call_timeout);
        answer.body = std::move(got.body);
        answer.status = 200;
        if (got.arrival == net::LinkAnswer::Arrival::answered)
            answer.transport = Transport::answered;
        else if (got.arrival == net::LinkAnswer::Arrival::refused)
            answer.transport = Transport::refused;
        co_return answer;
    }
    if (settings->api.empty()) {
        answer.transport = Transport::refused;
        co_return answer;
    }
    net::ClientRequest request;
    request.url = settings->api + "/";
    request.headers.emplace_back("Content-Type", "application/json");
    if (!settings->access_token.empty())
        request.headers.emplace_back("Authorization", "Bearer " + settings->access_token);
    request.body = send_message(message, self);
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

} // namespace bot::doors::onebot12
