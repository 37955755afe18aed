#include "bot/doors/wecom_app/door.hpp"

#include "bot/core/json.hpp"
#include "bot/doors/tencent/split.hpp"
#include "bot/doors/wecom_app/parse.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace bot::doors::wecom_app {
namespace {

constexpr int dedupe_seconds = 1'800;
constexpr std::chrono::milliseconds list_every{30 * 60'000};

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=answer_failed door=wecom-app error=\"{}\"", what.what());
    }
}

Capabilities app_capabilities()
{
    Capabilities can;
    can.label = "企业微信（应用消息与客户群）";
    can.hears_all = false;
    can.push = PushMode::assisted;
    can.can_look_up_sent = true;
    can.text_limit = text_bytes / 3;
    can.recall_window_ms = 24LL * 3600 * 1000;
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

/// Wrong credentials or a foreign address, not a right that one call lacks.
bool concerns_all_calls(const SendOutcome& outcome)
{
    for (const char* code : {"40001", "40013", "60020", "42009"})
        if (outcome.platform_words.starts_with(code))
            return true;
    return false;
}

bool may_be_answered(const Event& event)
{
    return event.kind == EventKind::message || event.happening == Happening::chat_opened ||
           event.happening == Happening::subscribed || event.happening == Happening::menu_click ||
           event.happening == Happening::card_action;
}

} // namespace

struct WecomAppDoor::Question {
    std::shared_ptr<tencent::Exchange> exchange;
    std::string member, nonce;
    std::int64_t seconds = 0;
    bool is_json = false;
    int delivery = 1;
};

WecomAppDoor::WecomAppDoor(Settings settings, net::HttpClient& client, const Clock& clock,
                           EventHandler on_event)
    : id_(settings.id), client_(client), clock_(clock), on_event_(std::move(on_event)),
      capabilities_(app_capabilities()), settings_(std::make_shared<const Settings>(std::move(settings))),
      api_(
          client_, clock_, tencent::company_codes(), [this] { return this->settings()->api; },
          [this] {
              const auto now = this->settings();
              net::ClientRequest request;
              request.method = "GET";
              request.url = now->api + token_path(now->corp_id, now->secret);
              return request;
          }),
      customers_(api_, clock_, settings_->gather)
{
}

void WecomAppDoor::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    {
        const std::lock_guard lock(mutex_);
        settings_ = std::move(fresh);
        trouble_.clear();
    }
    api_.forget_token();
}

std::shared_ptr<const Settings> WecomAppDoor::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

AccountHealth WecomAppDoor::health() const
{
    const std::int64_t token_minutes = api_.token_left_ms() / 60'000;
    const std::size_t groups = customers_.count();
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    health.can_send = !settings_->secret.empty();
    health.connected = trouble_.empty() && (token_minutes > 0 || health.last_event_ms > 0);
    health.detail = trouble_;
    if (trouble_.empty() && !health.can_send)
        health.detail = "没有 secret，只能当场回答";
    else if (trouble_.empty())
        health.detail =
            "客户群 " + std::to_string(groups) + " 个，令牌还有 " + std::to_string(token_minutes) + " 分钟";
    return health;
}

std::vector<std::string> WecomAppDoor::split(const std::string& text) const
{
    return tencent::split_bytes(text, text_bytes);
}

std::vector<std::string> WecomAppDoor::lint(const std::string& text) const
{
    std::vector<std::string> problems;
    if (text.size() > task_bytes)
        problems.push_back("太长：客户群群发最多 4000 字节（约 1300 个汉字），请写短一些");
    return problems;
}

asio::awaitable<void> WecomAppDoor::run()
{
    auto executor = co_await asio::this_coro::executor;
    auto bell = std::make_shared<net::Bell>(executor);
    {
        const std::lock_guard lock(mutex_);
        bell_ = bell;
        home_ = executor;
        if (stopping_)
            co_return;
    }
    for (;;) {
        if (!settings()->secret.empty()) {
            const SendOutcome outcome = co_await customers_.refresh();
            if (outcome.delivered() || concerns_all_calls(outcome)) // many applications have no customers
                note_end(outcome);
        }
        co_await bell->wait(list_every);
        const std::lock_guard lock(mutex_);
        if (stopping_)
            co_return;
    }
}

void WecomAppDoor::stop()
{
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (home_)
        asio::post(*home_, [bell = bell_] { bell->ring(); });
}

asio::awaitable<net::HttpResponse> WecomAppDoor::receive(net::HttpRequest request)
{
    const auto settings = this->settings();
    if (!settings->credentials)
        co_return net::problem(404, "这个账号没有填 token 和 encoding_aes_key", "");
    if (request.method == "GET") {
        const auto echo = tencent::verify_address(*settings->credentials, request.query);
        co_return echo ? plain_text(*echo) : refusal(echo.error());
    }
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 GET 和 POST", "把这个地址填到应用的「接收消息」里");
    const auto plain = tencent::open_letter(*settings->credentials, request.query, request.body);
    if (!plain)
        co_return refusal(plain.error());
    const auto fields = tencent::read_fields(*plain);
    if (!fields)
        co_return refusal(fields.error());
    auto event = to_event(id_, *fields);
    if (!event)
        co_return refusal(event.error());
    const std::int64_t now = clock_.now_ms();
    const tencent::Exchanges::Entered entered = exchanges_.enter(event->dedupe_key, now);
    Question question;
    question.exchange = entered.exchange;
    question.member = event->sender.id;
    question.nonce = net::form_value(request.query, "nonce").value_or("");
    question.seconds = now / 1000;
    question.is_json = tencent::is_json(request.body);
    question.delivery = entered.delivery;
    const bool wants_answer = may_be_answered(*event);
    if (entered.delivery == 1) {
        if (event->chat.type == ChatType::group)
            customers_.forget(event->chat.id);
        {
            const std::lock_guard lock(mutex_);
            health_.last_event_ms = now;
        }
        auto executor = co_await asio::this_coro::executor;
        asio::co_spawn(executor, ask_house(std::move(*event), question.exchange), log_end);
    }
    if (!wants_answer)
        co_return plain_text("");
    auto response = co_await answer(settings, std::move(question));
    co_return response;
}

asio::awaitable<void> WecomAppDoor::ask_house(Event event, std::shared_ptr<tencent::Exchange> exchange)
{
    std::optional<Reply> reply;
    try {
        reply = co_await on_event_(std::move(event));
    } catch (const std::exception& error) {
        spdlog::error("event=answer_failed door=wecom-app account={} error=\"{}\"", id_, error.what());
    }
    exchange->reply.give(std::move(reply));
}

asio::awaitable<net::HttpResponse> WecomAppDoor::answer(std::shared_ptr<const Settings> settings,
                                                        Question question)
{
    const std::shared_ptr<tencent::Exchange> exchange = question.exchange;
    const bool is_ready = co_await exchange->reply.wait(settings->answer_within);
    if (exchanges_.is_acknowledged(*exchange))
        co_return plain_text(""); // it is on its way already
    if (is_ready) {
        const std::string text = exchange->text();
        co_return text.empty() ? plain_text("") : passive(*settings, question, text);
    }
    net::HttpResponse response = plain_text("");
    if (!settings->secret.empty() && exchanges_.acknowledge(*exchange))
        response.after = [this, member = question.member, exchange, most = settings->late_within] {
            return follow_up(member, exchange, most);
        };
    co_return response;
}

net::HttpResponse WecomAppDoor::passive(const Settings& settings, const Question& question,
                                        const std::string& text)
{
    const std::vector<std::string> parts = split(text);
    const std::string body =
        passive_text(question.member, settings.corp_id, question.seconds, parts.front(), question.is_json);
    const tencent::Stamp stamp{question.seconds, question.nonce, tencent::random16()};
    net::HttpResponse response;
    response.content_type = question.is_json ? "application/json; charset=utf-8" : "text/xml; charset=utf-8";
    response.body = question.is_json ? tencent::seal_small_json(*settings.credentials, body, stamp)
                                     : tencent::seal_xml(*settings.credentials, body, stamp);
    if (question.delivery > 1)
        return response;
    count_answer(parts.front());
    if (parts.size() > 1 && !settings.secret.empty())
        response.after = [this, member = question.member, rest = text.substr(parts.front().size())] {
            return deliver(member, rest);
        };
    return response;
}

asio::awaitable<void> WecomAppDoor::follow_up(std::string member, std::shared_ptr<tencent::Exchange> exchange,
                                              std::chrono::milliseconds most)
{
    const bool is_ready = co_await exchange->reply.wait(most);
    const std::string text = exchange->text();
    if (!is_ready)
        spdlog::warn("event=answer_too_late door=wecom-app account={}", id_);
    else if (!text.empty())
        co_await deliver(std::move(member), text);
}

asio::awaitable<void> WecomAppDoor::deliver(std::string member, std::string text)
{
    Outgoing message;
    message.chat = Chat{ChatType::direct, std::move(member)};
    message.text = std::move(text);
    const SendOutcome outcome = co_await send_answer(std::move(message));
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=wecom-app account={} action={}", id_,
                     to_string(outcome.action));
}

asio::awaitable<SendOutcome> WecomAppDoor::send(Outgoing message)
{
    const auto settings = this->settings();
    SendOutcome outcome;
    if (settings->secret.empty()) {
        outcome.action = SendAction::operator_;
        outcome.reason = "没有 secret，不能主动发：请核对账号设置";
        co_return outcome;
    }
    if (message.chat.type == ChatType::direct)
        outcome = co_await send_to_member(*settings, std::move(message));
    else
        outcome = co_await send_to_group(std::move(message));
    note_end(outcome);
    if (outcome.delivered() || outcome.action == SendAction::handed) {
        const std::lock_guard lock(mutex_);
        health_.last_success_ms = clock_.now_ms();
    }
    co_return outcome;
}

asio::awaitable<SendOutcome> WecomAppDoor::send_to_member(const Settings& settings, Outgoing message)
{
    std::vector<std::string> bodies;
    const std::vector<std::string> members{message.chat.id};
    for (const std::string& part : split(message.text))
        bodies.push_back(member_text(settings.agent_id, members, part, dedupe_seconds));
    if (message.card)
        bodies.push_back(member_news(settings.agent_id, message.chat.id, *message.card));
    std::string path = "/cgi-bin/message/send";
    auto outcome = co_await send_bodies(std::move(path), std::move(bodies), true);
    co_return outcome;
}

/// A group of customers gets a task for its owner, any other is one that the application made.
asio::awaitable<SendOutcome> WecomAppDoor::send_to_group(Outgoing message)
{
    SendOutcome outcome;
    const auto owner = co_await customers_.owner_of(message.chat.id, &outcome);
    if (!owner)
        co_return outcome;
    if (owner->empty()) {
        std::vector<std::string> bodies, mentions;
        if (!message.mention.empty())
            mentions.push_back(message.mention);
        for (const std::string& part : tencent::split_bytes(message.text, group_text_bytes))
            bodies.push_back(
                group_text(message.chat.id, part, bodies.empty() ? mentions : std::vector<std::string>()));
        std::string path = "/cgi-bin/appchat/send";
        outcome = co_await send_bodies(std::move(path), std::move(bodies), false);
        co_return outcome;
    }
    if (message.text.size() > task_bytes) {
        outcome.action = SendAction::shorten;
        outcome.reason = "太长：客户群群发最多 4000 字节，请写短一些";
        co_return outcome;
    }
    outcome = co_await customers_.hand_over(*owner, message.chat.id, message.text);
    co_return outcome;
}

/// `may_repeat`: the platform delivers the same body once, so a lost answer is asked for again.
asio::awaitable<SendOutcome> WecomAppDoor::send_bodies(std::string path, std::vector<std::string> bodies,
                                                       bool may_repeat)
{
    SendOutcome outcome;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        tencent::Called called = co_await api_.call(path, bodies[i]);
        if (may_repeat && called.outcome.action == SendAction::unknown_result)
            called = co_await api_.call(path, bodies[i]);
        outcome = called.outcome;
        const nlohmann::json body = json_or_null(called.body);
        if (outcome.delivered() && body.is_object() && !unreached(body).empty()) {
            outcome.action = SendAction::drop;
            outcome.reason = "平台说这位成员收不到：不在可见范围里，或没有激活";
            outcome.platform_words = unreached(body).front();
        }
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

asio::awaitable<Sighting> WecomAppDoor::look_up(Outgoing message, std::int64_t since_ms)
{
    SendOutcome trouble;
    const auto owner = co_await customers_.owner_of(message.chat.id, &trouble);
    if (!owner || owner->empty())
        co_return Sighting::cannot_tell;
    const Sighting sighting = co_await customers_.look(*owner, std::move(message), since_ms);
    co_return sighting;
}

asio::awaitable<bool> WecomAppDoor::withdraw(Outgoing message, std::int64_t since_ms)
{
    SendOutcome trouble;
    bool stopped = false;
    const auto owner = co_await customers_.owner_of(message.chat.id, &trouble);
    if (owner && !owner->empty())
        stopped = co_await customers_.withdraw(*owner, std::move(message), since_ms);
    co_return stopped;
}

void WecomAppDoor::note_end(const SendOutcome& outcome)
{
    const std::lock_guard lock(mutex_);
    if (outcome.delivered() || outcome.action == SendAction::handed) {
        trouble_.clear();
    } else if (outcome.action == SendAction::operator_) {
        trouble_ = outcome.reason;
    }
}

} // namespace bot::doors::wecom_app
