#include "bot/doors/satori/door.hpp"

#include "bot/net/tokens.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace bot::doors::satori {
namespace {

using nlohmann::json;

constexpr std::size_t most_channels = 100'000;

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=answer_failed door=satori error=\"{}\"", what.what());
    }
}

Capabilities satori_capabilities(const Settings& settings)
{
    Capabilities can;
    can.label = "Satori（经桥接程序，非官方）";
    can.official = false;
    can.recall_window_ms = 2 * 60 * 1000;
    can.answer_within_ms = 2 * settings.call_timeout.count() + 1'000;
    return can;
}

bool is_from_server(const Settings& settings, const net::HttpRequest& request)
{
    const std::string wanted = "Bearer " + settings.webhook_token;
    const std::string_view given = net::header(request.headers, "Authorization");
    return !settings.webhook_token.empty() && given.size() == wanted.size() &&
           CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
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

/// A ping now and then, and an end when no sign came for too long. Dies with its connection.
struct SatoriDoor::Pulse {
    Pulse(std::shared_ptr<net::WebSocket> one, const Settings& settings)
        : socket(std::move(one)), timer(socket->executor()), ping_every(settings.ping_every),
          dead_after(settings.dead_after)
    {
    }

    std::shared_ptr<net::WebSocket> socket;
    asio::steady_timer timer;
    const std::chrono::milliseconds ping_every, dead_after;
    std::chrono::steady_clock::time_point last_sign = std::chrono::steady_clock::now();
    bool is_over = false;
};

SatoriDoor::SatoriDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event)
    : id_(settings.id), client_(client), clock_(clock), on_event_(std::move(on_event)),
      capabilities_(satori_capabilities(settings)),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      keeper_(
          client, [this] { return dial(); },
          [this](std::shared_ptr<net::WebSocket> socket) { return serve(std::move(socket)); },
          [this](const net::SocketResult& failure) { return note_failure(failure); })
{
    keeper_.scale_pauses(settings_->reconnect_factor);
}

void SatoriDoor::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    {
        const std::lock_guard lock(mutex_);
        settings_ = std::move(fresh);
        trouble_.clear();
    }
    keeper_.redial();
}

std::shared_ptr<const Settings> SatoriDoor::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

AccountHealth SatoriDoor::health() const
{
    const bool online = selves_.any_online();
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    const bool by_socket = settings_->webhook_token.empty();
    health.connected = online && trouble_.empty() && (is_ready_ || !by_socket);
    if (!trouble_.empty())
        health.detail = trouble_;
    else if (!online)
        health.detail = "号掉线了：请在对方程序里重新登录";
    else if (by_socket)
        health.detail = is_ready_ ? "WebSocket 连着" : "正在连接对方程序";
    else
        health.detail = "等对方推送";
    return health;
}

asio::awaitable<void> SatoriDoor::run()
{
    co_await keeper_.run();
}

void SatoriDoor::stop()
{
    keeper_.stop();
}

asio::awaitable<net::HttpResponse> SatoriDoor::receive(net::HttpRequest request)
{
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 POST", "把这个地址填到对方程序的 Webhook 里");
    if (!is_from_server(*settings(), request))
        co_return net::problem(401, "缺少令牌或令牌不对", "请核对 webhook_token");
    const auto payload = parse_json(request.body);
    if (!payload || !payload->is_object())
        co_return net::problem(400, "看不懂的内容", "");
    const std::string_view op = net::header(request.headers, "Satori-Opcode");
    net::HttpResponse response;
    response.status = 204;
    if (!op.empty() && op != "0")
        co_return response;
    auto heard = read_event(id_, *payload);
    if (!heard)
        co_return net::problem(400, "看不懂的内容", heard.error().message());
    note(*heard);
    auto event = std::make_shared<Event>(std::move(heard->event));
    response.after = [this, event] { return answer(*event); };
    co_return response;
}

void SatoriDoor::note(const Heard& heard)
{
    if (heard.logins.empty())
        selves_.heard(heard.self, heard.event.chat);
    selves_.told(heard.logins);
    const std::lock_guard lock(mutex_);
    health_.last_event_ms = clock_.now_ms();
    if (heard.sn)
        last_sn_ = heard.sn;
    if (heard.event.chat.type != ChatType::direct || heard.channel.empty() || heard.event.chat.id.empty())
        return;
    if (channels_.size() >= most_channels)
        channels_.clear();
    channels_.insert_or_assign(heard.event.chat.id, heard.channel);
}

std::optional<net::SocketRequest> SatoriDoor::dial() const
{
    const auto settings = this->settings();
    if (!settings->webhook_token.empty())
        return std::nullopt;
    net::SocketRequest request;
    request.url = events_url(settings->api);
    if (!settings->token.empty())
        request.headers.emplace_back("Authorization", "Bearer " + settings->token);
    return request;
}

bool SatoriDoor::note_failure(const net::SocketResult& failure)
{
    spdlog::warn("event=dial_failed door=satori account={} status={} error=\"{}\"", id_, failure.status,
                 failure.code.message());
    const bool is_refused = failure.status == 401 || failure.status == 403;
    const std::lock_guard lock(mutex_);
    trouble_ = is_refused ? "令牌不对，请核对 token" : "连不上对方程序，正在重试";
    return true;
}

asio::awaitable<bool> SatoriDoor::serve(std::shared_ptr<net::WebSocket> socket)
{
    const auto settings = this->settings();
    std::optional<std::int64_t> last;
    {
        const std::lock_guard lock(mutex_);
        last = last_sn_;
    }
    std::string greeting = identify(settings->token, last);
    const auto greeted = co_await socket->send(std::move(greeting));
    if (!greeted)
        co_return note_end(0);
    auto pulse = std::make_shared<Pulse>(socket, *settings);
    asio::co_spawn(socket->executor(), beat(pulse), log_end);
    for (;;) {
        const auto text = co_await socket->receive();
        if (!text)
            break;
        pulse->last_sign = std::chrono::steady_clock::now();
        on_frame(*socket, *text);
    }
    pulse->is_over = true;
    pulse->timer.cancel();
    co_return note_end(socket->close_code());
}

asio::awaitable<void> SatoriDoor::beat(std::shared_ptr<Pulse> pulse)
{
    while (!pulse->is_over) {
        pulse->timer.expires_after(pulse->ping_every);
        co_await pulse->timer.async_wait(net::as_values);
        if (pulse->is_over)
            co_return;
        if (std::chrono::steady_clock::now() - pulse->last_sign > pulse->dead_after) {
            spdlog::warn("event=peer_silent door=satori");
            pulse->socket->drop();
            co_return;
        }
        co_await pulse->socket->send(ping());
    }
}

/// False: a wrong token will not become right by asking again.
bool SatoriDoor::note_end(unsigned close_code)
{
    const Ending ending = ending_of(close_code);
    spdlog::info("event=disconnected door=satori account={} code={}", id_, close_code);
    const std::lock_guard lock(mutex_);
    is_ready_ = false;
    if (!ending.may_resume)
        last_sn_.reset();
    if (!ending.may_reconnect)
        trouble_ = "令牌不对，请核对 token，改好后重新加载配置";
    return ending.may_reconnect;
}

void SatoriDoor::on_frame(net::WebSocket& socket, const std::string& text)
{
    const json frame = json_or_null(text);
    const auto op = frame.is_object() ? frame.find("op") : frame.end();
    if (!frame.is_object() || op == frame.end() || !op->is_number_integer()) {
        spdlog::warn("event=bad_frame door=satori account={}", id_);
        return;
    }
    const json body = frame.value("body", json::object());
    const auto code = op->get<std::int64_t>();
    if (code == static_cast<int>(Op::ready)) {
        selves_.told(read_logins(body.is_object() ? body : json::object()));
        spdlog::info("event=connected door=satori account={}", id_);
        const std::lock_guard lock(mutex_);
        is_ready_ = true;
        trouble_.clear();
    } else if (code == static_cast<int>(Op::event)) {
        auto heard = read_event(id_, body);
        if (!heard)
            return;
        note(*heard);
        asio::co_spawn(socket.executor(), answer(std::move(heard->event)), log_end);
    }
}

asio::awaitable<void> SatoriDoor::answer(Event event)
{
    auto reply = co_await on_event_(event);
    if (!reply)
        co_return;
    co_await deliver(answer_to(event, std::move(*reply)));
}

asio::awaitable<void> SatoriDoor::deliver(Outgoing message)
{
    const SendOutcome outcome = co_await send_answer(std::move(message));
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=satori account={} action={}", id_, to_string(outcome.action));
}

asio::awaitable<SendOutcome> SatoriDoor::send(Outgoing message)
{
    const auto self = selves_.of(message.chat);
    if (!self)
        co_return not_yet("这个连接上有几个号，还不知道这个群归哪个：群里有人说句话就知道了");
    const std::string channel = co_await channel_for(message.chat, *self);
    if (channel.empty())
        co_return not_yet("对方没给出私聊的频道，稍后再试");
    const std::vector<std::string> parts = split(message.text);
    SendOutcome outcome;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Outgoing part = message;
        part.text = parts[i];
        if (i > 0) {
            part.mention.clear();
            part.reply_to.clear();
        }
        outcome = co_await send_part(std::move(part), *self, channel);
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

asio::awaitable<SendOutcome> SatoriDoor::send_part(Outgoing part, Self self, std::string channel)
{
    const Answer answer = co_await call(message_create(channel, part), self);
    co_return classify(answer.transport, answer.status, answer.body);
}

/// A group is a channel; a private chat needs one, which is asked for once.
asio::awaitable<std::string> SatoriDoor::channel_for(Chat chat, Self self)
{
    if (chat.type == ChatType::group)
        co_return chat.id;
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = channels_.find(chat.id); known != channels_.end())
            co_return known->second;
    }
    const Answer answer = co_await call(direct_channel(chat.id), self);
    std::string channel = answer.status == 200 ? channel_of(answer.body) : std::string();
    const std::lock_guard lock(mutex_);
    if (!channel.empty())
        channels_.insert_or_assign(chat.id, channel);
    co_return channel;
}

asio::awaitable<SatoriDoor::Answer> SatoriDoor::call(Call call, Self self)
{
    Answer answer;
    const auto settings = this->settings();
    net::ClientRequest request;
    request.url = settings->api + path_of(call);
    request.headers = headers_of(settings->token, self);
    request.body = std::move(call.body);
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

} // namespace bot::doors::satori
