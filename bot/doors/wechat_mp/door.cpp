#include "bot/doors/wechat_mp/door.hpp"

#include "bot/core/time.hpp"
#include "bot/doors/tencent/split.hpp"
#include "bot/doors/wechat_mp/parse.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace bot::doors::wechat_mp {
namespace {

constexpr std::size_t remembered_signatures = 20'000;
constexpr int most_deliveries = 3;
constexpr auto cut_short = "……（太长没发完，请再问细一点）";

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=answer_failed door=wechat-mp error=\"{}\"", what.what());
    }
}

Capabilities account_capabilities()
{
    Capabilities can;
    can.label = "微信公众号";
    can.push = PushMode::none;
    can.replies_per_message = 5;
    can.reply_window_ms = 48LL * 3600 * 1000;
    can.text_limit = text_bytes / 3;
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

/// Whether the platform shows an answer to this event.
bool may_be_answered(const Event& event)
{
    return event.kind == EventKind::message || event.happening == Happening::subscribed ||
           event.happening == Happening::scanned || event.happening == Happening::menu_click;
}

} // namespace

struct WechatMpDoor::Question {
    std::shared_ptr<tencent::Exchange> exchange;
    Envelope envelope;
    std::string nonce;
    bool is_sealed = false;
    int delivery = 1;
};

WechatMpDoor::WechatMpDoor(Settings settings, net::HttpClient& client, const Clock& clock,
                           EventHandler on_event)
    : id_(settings.id), client_(client), clock_(clock), on_event_(std::move(on_event)),
      capabilities_(account_capabilities()), settings_(std::make_shared<const Settings>(std::move(settings))),
      signatures_(remembered_signatures),
      api_(
          client_, clock_, account_codes(), [this] { return this->settings()->api; },
          [this] {
              const auto now = this->settings();
              return tencent::post_json(now->api + "/cgi-bin/stable_token",
                                        token_body(now->account.app_id, now->secret));
          })
{
}

void WechatMpDoor::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    {
        const std::lock_guard lock(mutex_);
        settings_ = std::move(fresh);
        has_service_right_ = true;
        trouble_.clear();
    }
    api_.forget_token();
}

std::shared_ptr<const Settings> WechatMpDoor::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

AccountHealth WechatMpDoor::health() const
{
    const std::int64_t token_minutes = api_.token_left_ms() / 60'000;
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    health.can_send = !settings_->secret.empty() && has_service_right_;
    health.connected = trouble_.empty() && health.last_event_ms > 0;
    if (!trouble_.empty())
        health.detail = trouble_;
    else if (!health.can_send)
        health.detail = "只能当场回答，不能发客服消息";
    else if (health.last_event_ms == 0)
        health.detail = "还没收到过消息：请在公众平台填好服务器地址";
    else
        health.detail = token_minutes > 0 ? "令牌还有 " + std::to_string(token_minutes) + " 分钟" : "正常";
    return health;
}

std::vector<std::string> WechatMpDoor::split(const std::string& text) const
{
    return text_parts(text);
}

asio::awaitable<net::HttpResponse> WechatMpDoor::receive(net::HttpRequest request)
{
    const auto settings = this->settings();
    if (request.method == "GET") {
        const auto echo = verify_address(settings->account, request.query);
        co_return echo ? plain_text(*echo) : refusal(echo.error());
    }
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 GET 和 POST", "把这个地址填到公众平台的服务器配置里");
    const auto plain = open_body(settings->account, request.query, request.body);
    if (!plain)
        co_return refusal(plain.error());
    if (is_replayed(request.query, request.body))
        co_return refusal(make_error_code(Errc::bad_credential));
    const auto fields = tencent::read_fields(*plain);
    if (!fields)
        co_return refusal(fields.error());
    auto event = to_event(id_, *fields);
    if (!event)
        co_return refusal(event.error());
    const std::int64_t now = clock_.now_ms();
    Question question;
    question.envelope = {event->sender.id, event->self_id, now / 1000, tencent::is_json(*plain)};
    question.nonce = net::form_value(request.query, "nonce").value_or("");
    question.is_sealed = settings->account.mode != Mode::plain;
    tencent::Exchanges::Entered entered = exchanges_.enter(event->dedupe_key, now);
    question.exchange = entered.exchange;
    question.delivery = entered.delivery;
    const bool wants_answer = may_be_answered(*event);
    if (entered.delivery == 1) {
        window_.heard(*event, now);
        {
            const std::lock_guard lock(mutex_);
            health_.last_event_ms = now;
        }
        auto executor = co_await asio::this_coro::executor;
        asio::co_spawn(executor, ask_house(std::move(*event), question.exchange), log_end);
    }
    if (!wants_answer)
        co_return plain_text("success");
    auto response = co_await answer(settings, std::move(question));
    co_return response;
}

/// The signature covers no body: one that comes again with another body was taken from somebody.
bool WechatMpDoor::is_replayed(const std::string& query, const std::string& body)
{
    const std::string signature = net::form_value(query, "signature").value_or("") +
                                  net::form_value(query, "msg_signature").value_or("");
    const std::string digest = tencent::sha1_sorted({body});
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = signed_bodies_.emplace(signature, digest);
    if (!is_new)
        return found->second != digest;
    signed_bodies_.erase(std::exchange(signatures_[next_signature_], signature));
    next_signature_ = (next_signature_ + 1) % signatures_.size();
    return false;
}

asio::awaitable<void> WechatMpDoor::ask_house(Event event, std::shared_ptr<tencent::Exchange> exchange)
{
    std::optional<Reply> reply;
    try {
        reply = co_await on_event_(std::move(event));
    } catch (const std::exception& error) {
        spdlog::error("event=answer_failed door=wechat-mp account={} error=\"{}\"", id_, error.what());
    }
    exchange->reply.give(std::move(reply));
}

bool WechatMpDoor::can_follow_up(const Settings& settings) const
{
    const std::lock_guard lock(mutex_);
    return !settings.secret.empty() && has_service_right_;
}

asio::awaitable<net::HttpResponse> WechatMpDoor::answer(std::shared_ptr<const Settings> settings,
                                                        Question question)
{
    const std::shared_ptr<tencent::Exchange> exchange = question.exchange;
    const bool may_follow = can_follow_up(*settings);
    const bool is_last = question.delivery >= most_deliveries;
    const auto patience = may_follow || is_last ? settings->answer_within : settings->hold;
    const bool is_ready = co_await exchange->reply.wait(patience);
    if (exchanges_.is_acknowledged(*exchange))
        co_return plain_text("success"); // it is on its way already
    if (is_ready) {
        const std::string text = exchange->text();
        co_return text.empty() ? plain_text("success") : passive(*settings, question, text);
    }
    if (!may_follow && !is_last)
        co_return net::problem(504, "还没想好", ""); // nobody listens any more; the platform asks again
    net::HttpResponse response = acknowledge(*settings, question);
    if (may_follow && exchanges_.acknowledge(*exchange)) {
        auto kept = std::make_shared<Question>(std::move(question));
        response.after = [this, settings, kept] { return follow_up(settings, *kept); };
    }
    co_return response;
}

net::HttpResponse WechatMpDoor::passive(const Settings& settings, const Question& question,
                                        const std::string& text)
{
    std::vector<std::string> parts = text_parts(text);
    std::string first = parts.front();
    const bool may_follow = can_follow_up(settings);
    if (parts.size() > 1 && !may_follow)
        first = tencent::prefix_bytes(first, text_bytes - std::string_view(cut_short).size()) + cut_short;
    std::string body = passive_text(question.envelope, first);
    if (question.is_sealed) {
        const tencent::Stamp stamp{question.envelope.seconds, question.nonce, tencent::random16()};
        body = question.envelope.is_json ? tencent::seal_json(settings.account.credentials(), body, stamp)
                                         : tencent::seal_xml(settings.account.credentials(), body, stamp);
    }
    net::HttpResponse response;
    response.content_type =
        question.envelope.is_json ? "application/json; charset=utf-8" : "text/xml; charset=utf-8";
    response.body = std::move(body);
    if (question.delivery > 1)
        return response;
    count_answer(first);
    if (parts.size() > 1 && may_follow) {
        parts.erase(parts.begin());
        response.after = [this, person = question.envelope.person, rest = std::move(parts)] {
            return deliver(person, rest);
        };
    }
    return response;
}

net::HttpResponse WechatMpDoor::acknowledge(const Settings&, const Question&)
{
    return plain_text("success");
}

asio::awaitable<void> WechatMpDoor::follow_up(std::shared_ptr<const Settings> settings, Question question)
{
    const bool is_ready = co_await question.exchange->reply.wait(settings->late_within);
    const std::string text = question.exchange->text();
    if (!is_ready)
        spdlog::warn("event=answer_too_late door=wechat-mp account={}", id_);
    else if (!text.empty())
        co_await deliver(question.envelope.person, text_parts(text));
}

asio::awaitable<void> WechatMpDoor::deliver(std::string person, std::vector<std::string> parts)
{
    for (const std::string& part : parts) {
        Outgoing message;
        message.chat = Chat{ChatType::direct, person};
        message.text = part;
        const SendOutcome outcome = co_await send_answer(std::move(message));
        if (outcome.delivered())
            continue;
        spdlog::warn("event=reply_failed door=wechat-mp account={} action={}", id_,
                     to_string(outcome.action));
        break;
    }
}

asio::awaitable<SendOutcome> WechatMpDoor::send(Outgoing message)
{
    SendOutcome outcome;
    if (message.chat.type != ChatType::direct) {
        outcome.action = SendAction::drop;
        outcome.reason = "公众号不能进群";
        co_return outcome;
    }
    if (!can_follow_up(*settings())) {
        outcome.action = SendAction::operator_;
        outcome.reason = "这个公众号不能发客服消息：没有 secret，或平台没给这项权限";
        co_return outcome;
    }
    std::vector<std::string> bodies;
    for (const std::string& part : text_parts(message.text))
        bodies.push_back(service_text(message.chat.id, part));
    if (message.card)
        bodies.push_back(service_news(message.chat.id, *message.card));
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        outcome = co_await send_part(message.chat.id, std::move(bodies[i]));
        if (outcome.delivered())
            continue;
        if (i > 0) {
            outcome.action = SendAction::unknown_result;
            outcome.reason = "长文只发出了前 " + std::to_string(i) + " 段：" + outcome.reason;
        }
        break;
    }
    co_return outcome;
}

SendOutcome WechatMpDoor::window_outcome(ServiceWindow::Verdict verdict) const
{
    SendOutcome outcome;
    outcome.action = SendAction::window_closed;
    outcome.scope = Scope::chat;
    outcome.reason = verdict == ServiceWindow::Verdict::used_up
                         ? "这一轮能发的条数用完了：等对方再说话"
                         : "对方超过 48 小时没说话，或已取消关注：等对方再来";
    return outcome;
}

asio::awaitable<SendOutcome> WechatMpDoor::send_part(std::string person, std::string body)
{
    const ServiceWindow::Verdict verdict = window_.take(person, clock_.now_ms());
    if (verdict != ServiceWindow::Verdict::open)
        co_return window_outcome(verdict);
    std::string path = "/cgi-bin/message/custom/send";
    tencent::Called called = co_await api_.call(std::move(path), std::move(body));
    note_end(person, called.outcome);
    co_return called.outcome;
}

void WechatMpDoor::note_end(const std::string& person, SendOutcome& outcome)
{
    const std::int64_t now = clock_.now_ms();
    if (outcome.platform_words.starts_with("45009"))
        outcome.retry_after_ms = next_time_of_day_ms(now, 0, 0) - now;
    if (outcome.action == SendAction::window_closed)
        window_.close(person);
    else if (outcome.action == SendAction::retry || outcome.action == SendAction::backoff)
        window_.give_back(person, now);
    const std::lock_guard lock(mutex_);
    if (outcome.platform_words.starts_with("48001")) {
        has_service_right_ = false; // answers in the response go on
    } else if (outcome.delivered()) {
        health_.last_success_ms = now;
        trouble_.clear();
    } else if (outcome.action == SendAction::operator_) {
        trouble_ = outcome.reason;
    }
}

} // namespace bot::doors::wechat_mp
