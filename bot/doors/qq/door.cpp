#include "bot/doors/qq/door.hpp"

#include "bot/core/text.hpp"
#include "bot/doors/qq/links.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace bot::doors::qq {
namespace {

using nlohmann::json;

constexpr std::int64_t seen_ms = 3 * fresh_ms; ///< longer than a signature can be replayed
constexpr std::size_t most_seen = 200'000;
constexpr std::size_t most_reviews = 1'000;
constexpr std::size_t least_limit = 100;

constexpr const char* waits_for_opening = "等群里有人说话时再发";

Capabilities capabilities_of(const Settings& settings, PushMode push)
{
    Capabilities can;
    can.label = settings.is_sandbox ? "QQ 官方机器人（沙箱环境）" : "QQ 官方机器人";
    can.hears_all = settings.hears_all;
    can.replies_per_message = settings.windows.answers;
    can.reply_window_ms = settings.windows.group_ms;
    can.push = push;
    can.push_needs_consent = true;
    can.can_look_up_sent = true;
    can.has_dedupe_handle = true;
    can.links = !settings.link_domains.empty();
    can.markdown = settings.markdown;
    can.text_limit = settings.text_limit;
    can.recall_window_ms = 2 * 60 * 1000;
    return can;
}

SendOutcome refused(SendAction action, std::string reason, std::int64_t retry_after_ms = 0)
{
    SendOutcome outcome;
    outcome.action = action;
    outcome.reason = std::move(reason);
    outcome.scope = Scope::chat;
    outcome.retry_after_ms = retry_after_ms;
    return outcome;
}

net::HttpResponse refusal(error_code ec)
{
    if (ec == make_error_code(Errc::missing_credential))
        return net::problem(401, "缺少签名", ec.message());
    if (ec == make_error_code(Errc::stale))
        return net::problem(401, "签名的时间差得太多", "请核对服务器的时钟");
    if (ec == make_error_code(Errc::bad_credential))
        return net::problem(403, "签名不对", ec.message());
    return net::problem(400, "看不懂的内容", ec.message());
}

/// The platform proves that it talks to us, and we that we hold the secret.
std::string answer_validation(const Signer& signer, const Heard& heard)
{
    return json{{"plain_token", heard.plain_token},
                {"signature", signer.sign(heard.event_ts + heard.plain_token)}}
        .dump();
}

Outgoing answer_to(const Heard& heard, Reply reply)
{
    Outgoing message;
    message.chat = heard.event.chat;
    message.text = std::move(reply.text);
    message.reply_to = heard.reply_to;
    return message;
}

} // namespace

QqDoor::QqDoor(Settings settings, net::HttpClient& client, const Clock& clock, EventHandler on_event)
    : id_(settings.id), clock_(clock), on_event_(std::move(on_event)),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      when_open_(capabilities_of(*settings_, PushMode::next_opening)),
      when_free_(capabilities_of(*settings_, PushMode::automatic)), pushes_freely_(settings_->pushes),
      windows_(settings_->windows, clock.now_ms()), quotas_(settings_->chat_quotas),
      api_(client, clock, [this] { return this->settings(); })
{
}

void QqDoor::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    windows_.set_rules(fresh->windows);
    quotas_.set(fresh->chat_quotas);
    {
        const std::lock_guard lock(mutex_);
        settings_ = fresh;
        pushes_freely_ = fresh->pushes;
        has_pushed_ = false;
        trouble_.clear();
    }
    api_.forget_token();
}

std::shared_ptr<const Settings> QqDoor::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

const Capabilities& QqDoor::capabilities() const
{
    const std::lock_guard lock(mutex_);
    return pushes_freely_ ? when_free_ : when_open_;
}

AccountHealth QqDoor::health() const
{
    const std::int64_t token_left = api_.token_left_ms();
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    health.connected = trouble_.empty();
    if (!trouble_.empty())
        health.detail = trouble_;
    else if (token_left > 0)
        health.detail = "正常，访问令牌还有 " + std::to_string(token_left / 60'000) + " 分钟";
    else
        health.detail = "还没取过访问令牌";
    return health;
}

std::vector<std::string> QqDoor::split(const std::string& text) const
{
    std::size_t limit = 0;
    {
        const std::lock_guard lock(mutex_);
        limit = learnt_limit_ == 0 ? settings_->text_limit : std::min(learnt_limit_, settings_->text_limit);
    }
    return split_text(text, limit);
}

std::vector<std::string> QqDoor::lint(const std::string& text) const
{
    std::vector<std::string> problems;
    for (const std::string& host : undeclared_hosts(text, settings()->link_domains))
        problems.push_back(
            "链接 " + host +
            " 没有登记，QQ 不让发：请在 QQ 开放平台登记这个域名并写进 link_domains，或去掉链接");
    return problems;
}

asio::awaitable<net::HttpResponse> QqDoor::receive(net::HttpRequest request)
{
    if (request.method != "POST")
        co_return net::problem(405, "这里只收 POST", "把这个地址填到 QQ 开放平台的回调地址里");
    const auto settings = this->settings();
    const auto checked =
        check_request(settings->signer, settings->app_id, request.headers, request.body, clock_.now_ms());
    if (!checked) {
        spdlog::warn("event=webhook_refused door=qq account={} reason=\"{}\"", id_,
                     checked.error().message());
        co_return refusal(checked.error());
    }
    const auto payload = parse_json(request.body);
    if (!payload)
        co_return refusal(payload.error());
    auto read = read_request(id_, *payload);
    if (!read)
        co_return refusal(read.error());
    if (read->op == Heard::Op::validation)
        co_return net::json_response(200, answer_validation(settings->signer, *read));
    if (read->op == Heard::Op::heartbeat)
        co_return net::json_response(200, R"({"op":11,"d":)" + read->beat + "}");
    net::HttpResponse response = net::json_response(200, R"({"op":12,"d":0})");
    if (read->op != Heard::Op::event || !is_first(read->event.dedupe_key))
        co_return response;
    note(*read, *checked);
    auto heard = std::make_shared<Heard>(std::move(*read));
    response.after = [this, heard] { return handle(*heard); };
    co_return response;
}

/// Within the time in which a signature can be replayed everything happens once.
bool QqDoor::is_first(const std::string& key)
{
    if (key.empty())
        return true;
    const std::int64_t now = clock_.now_ms();
    const std::lock_guard lock(mutex_);
    while (!seen_order_.empty() &&
           (seen_order_.front().first < now - seen_ms || seen_order_.size() >= most_seen)) {
        seen_.erase(seen_order_.front().second);
        seen_order_.pop_front();
    }
    if (!seen_.emplace(key, now).second)
        return false;
    seen_order_.emplace_back(now, key);
    return true;
}

void QqDoor::note(const Heard& heard, std::int64_t signed_ms)
{
    const std::int64_t now = clock_.now_ms();
    if (!heard.audit.id.empty())
        settle_review(heard.audit);
    if (!heard.reply_to.empty())
        windows_.heard(heard.event.chat, heard.reply_to,
                       heard.event.time_ms != 0 ? heard.event.time_ms : signed_ms, now);
    learn_consent(heard.event);
    const std::lock_guard lock(mutex_);
    health_.last_event_ms = now;
}

void QqDoor::learn_consent(const Event& event)
{
    if (event.kind != EventKind::notice || event.chat.type != ChatType::group)
        return;
    const std::lock_guard lock(mutex_);
    if (event.happening == Happening::push_enabled) {
        objecting_.erase(event.chat.id);
        welcome_.insert(event.chat.id);
    } else if (event.happening == Happening::push_disabled) {
        objecting_.insert(event.chat.id);
        welcome_.erase(event.chat.id);
    } else if (event.happening == Happening::bot_left || event.happening == Happening::bot_joined) {
        objecting_.erase(event.chat.id);
        welcome_.erase(event.chat.id);
    }
}

asio::awaitable<void> QqDoor::handle(Heard heard)
{
    if (!heard.interaction.empty())
        co_await api_.acknowledge(heard.interaction);
    if (heard.event.kind != EventKind::ignore) {
        auto reply = co_await on_event_(heard.event);
        if (reply && !heard.reply_to.empty())
            co_await deliver(answer_to(heard, std::move(*reply)));
    }
    windows_.answered(heard.reply_to);
}

asio::awaitable<void> QqDoor::deliver(Outgoing message)
{
    SendOutcome outcome = co_await send_answer(message);
    if (outcome.action == SendAction::shorten) // what may be said at once is known better now
        outcome = co_await send_answer(message);
    if (!outcome.delivered())
        spdlog::warn("event=reply_failed door=qq account={} action={} words=\"{}\"", id_,
                     to_string(outcome.action), outcome.platform_words);
}

std::vector<std::string> QqDoor::openings() const
{
    std::vector<std::string> open = windows_.openings(clock_.now_ms());
    const std::lock_guard lock(mutex_);
    for (const std::string& group : welcome_)
        if (std::find(open.begin(), open.end(), group) == open.end())
            open.push_back(group);
    return open;
}

std::string QqDoor::fix_handle(const Outgoing& message)
{
    if (message.chat.type != ChatType::group || has_objected(message.chat) || !lint(message.text).empty())
        return {};
    const auto places = windows_.for_notice(message.chat.id, message.text,
                                            static_cast<int>(split(message.text).size()), clock_.now_ms());
    return places ? places->text() : std::string();
}

bool QqDoor::has_objected(const Chat& chat) const
{
    const std::lock_guard lock(mutex_);
    return chat.type == ChatType::group && objecting_.contains(chat.id);
}

bool QqDoor::may_push(const Chat& chat) const
{
    const std::lock_guard lock(mutex_);
    return pushes_freely_ || (chat.type == ChatType::group && welcome_.contains(chat.id));
}

/// An answer takes places in the window of what it answers, a notice those that were fixed with its intent;
/// what has neither is sent unasked, where that is allowed and within the chat's share.
QqDoor::Way QqDoor::way_of(const Outgoing& message, int count)
{
    Way way;
    const std::int64_t now = clock_.now_ms();
    if (!message.reply_to.empty()) {
        way.places = windows_.for_answer(message.reply_to, count, now);
        if (!way.places)
            way.refusal = refused(SendAction::window_closed, "回答的时限或次数用完了，等对方再说话");
    } else if (has_objected(message.chat)) {
        way.refusal = refused(SendAction::disable_push, "群里关掉了机器人主动发言，打开后才能再发");
    } else if (!message.dedupe_handle.empty()) {
        way.places = Places::parse(message.dedupe_handle);
        if (!way.places)
            way.refusal = refused(SendAction::drop, "这条通知的去重号读不懂");
    } else if (!may_push(message.chat)) {
        way.refusal = refused(SendAction::window_closed, waits_for_opening);
    } else if (const std::int64_t wait = quotas_.admit(message.chat.id, count, now); wait > 0) {
        way.refusal = refused(SendAction::backoff, "这个群的主动发送额度用完了，等额度", wait);
    }
    return way;
}

asio::awaitable<SendOutcome> QqDoor::send(Outgoing message)
{
    if (const auto problems = lint(message.text); !problems.empty())
        co_return refused(SendAction::content, problems.front());
    std::vector<std::string> parts = split(message.text);
    const Way way = way_of(message, static_cast<int>(parts.size()));
    if (way.refusal)
        co_return *way.refusal;
    if (way.places)
        parts.resize(std::min(parts.size(), static_cast<std::size_t>(way.places->count)));
    SendOutcome outcome = co_await send_parts(message.chat, std::move(parts), way.places);
    learn(outcome, message, way.places);
    co_return outcome;
}

asio::awaitable<SendOutcome> QqDoor::send_parts(Chat chat, std::vector<std::string> parts,
                                                std::optional<Places> places)
{
    SendOutcome outcome;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Part part;
        part.chat = chat;
        part.text = parts[i];
        part.markdown = settings()->markdown;
        if (places) {
            part.reply_to = places->to;
            part.sequence = places->first + static_cast<int>(i);
        }
        outcome = co_await api_.send(std::move(part));
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

/// What an outcome says about the chat, the bot, and what may be said at once.
void QqDoor::learn(SendOutcome& outcome, const Outgoing& message, const std::optional<Places>& places)
{
    const std::int64_t now = clock_.now_ms();
    if (outcome.action == SendAction::window_closed && places)
        windows_.close(places->to);
    if (outcome.action == SendAction::backoff && outcome.scope == Scope::chat && !places)
        quotas_.learn(message.chat.id, now + outcome.retry_after_ms);
    const std::lock_guard lock(mutex_);
    if (outcome.delivered()) {
        health_.last_success_ms = now;
        has_pushed_ = has_pushed_ || !places;
        trouble_.clear();
    } else if (outcome.action == SendAction::operator_) {
        trouble_ = outcome.reason;
    } else if (outcome.action == SendAction::disable_push && !places) {
        learn_no_push(outcome, message);
    } else if (outcome.action == SendAction::shorten) {
        const std::size_t known = learnt_limit_ == 0 ? settings_->text_limit : learnt_limit_;
        learnt_limit_ = std::max(least_limit, std::min(known, text::length(message.text)) / 2);
        if (message.reply_to.empty())
            outcome.action = SendAction::retry; // split anew with the next attempt
    } else if (outcome.action == SendAction::review && !outcome.platform_message_id.empty()) {
        const std::string audit = std::exchange(outcome.platform_message_id, {});
        if (reviews_.emplace(audit, Review{message.chat.id, message.text, Review::State::waits}).second)
            review_order_.push_back(audit);
        if (review_order_.size() > most_reviews) {
            reviews_.erase(review_order_.front());
            review_order_.pop_front();
        }
    }
}

/// Under the lock. A bot that never pushed and may push nowhere waits for openings from now on; a group that
/// was only thought to welcome notices is asked at its next opening. Anything else is this group's own word.
void QqDoor::learn_no_push(SendOutcome& outcome, const Outgoing& message)
{
    const bool was_welcome = welcome_.erase(message.chat.id) > 0;
    if (!may_push_nowhere(outcome))
        return;
    if (pushes_freely_ && !has_pushed_) {
        pushes_freely_ = false;
        spdlog::warn("event=no_push_rights door=qq account={} words=\"{}\"", id_, outcome.platform_words);
    } else if (!was_welcome || pushes_freely_) {
        return;
    }
    outcome.action = SendAction::window_closed;
    outcome.reason = std::string("平台不让机器人主动发，") + waits_for_opening;
}

void QqDoor::settle_review(const Audit& audit)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = reviews_.find(audit.id); found != reviews_.end())
        found->second.state = audit.passed ? Review::State::passed : Review::State::turned_down;
}

std::optional<QqDoor::Review::State> QqDoor::review_of(const Outgoing& message) const
{
    const std::lock_guard lock(mutex_);
    for (auto id = review_order_.rbegin(); id != review_order_.rend(); ++id)
        if (const auto found = reviews_.find(*id); found != reviews_.end() &&
                                                   found->second.chat == message.chat.id &&
                                                   found->second.text == message.text)
            return found->second.state;
    return std::nullopt;
}

asio::awaitable<Sighting> QqDoor::look_up(Outgoing message, std::int64_t since_ms)
{
    if (const auto review = review_of(message)) {
        if (*review == Review::State::waits)
            co_return Sighting::cannot_tell;
        co_return *review == Review::State::passed ? Sighting::present : Sighting::refused;
    }
    const auto places = Places::parse(message.dedupe_handle);
    const bool in_time = clock_.now_ms() - since_ms < settings()->windows.group_ms;
    if (!places || !in_time)
        co_return Sighting::cannot_tell;
    std::vector<std::string> parts = split(message.text);
    if (parts.size() != static_cast<std::size_t>(places->count))
        co_return Sighting::cannot_tell;
    const SendOutcome outcome = co_await send_parts(message.chat, std::move(parts), places);
    co_return outcome.delivered() ? Sighting::present : Sighting::cannot_tell;
}

} // namespace bot::doors::qq
