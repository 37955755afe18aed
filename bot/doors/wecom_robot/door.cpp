#include "bot/doors/wecom_robot/door.hpp"

#include "bot/doors/tencent/answer.hpp"
#include "bot/doors/wecom_robot/send.hpp"

#include <algorithm>
#include <utility>

namespace bot::doors::wecom_robot {
namespace {

constexpr int most_per_minute = 18; ///< 20 are allowed; whose minute counts nobody says
constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t too_many_parts = 5;
constexpr std::chrono::milliseconds most_together{30'000}; ///< for all parts of a message

Capabilities robot_capabilities()
{
    Capabilities can;
    can.label = "企业微信群机器人（只能发）";
    can.hears_all = false;
    can.replies_per_message = -1;
    can.text_limit = text_bytes / 3;
    can.markdown = true;
    can.answer_within_ms = most_together.count() + 1'000;
    return can;
}

/// What a code means for a robot: its group is its account, so nothing it meets concerns another group.
SendOutcome for_one_robot(SendOutcome outcome)
{
    if (outcome.platform_words.starts_with("45009")) {
        outcome.scope = Scope::chat;
        outcome.reason = "这个群的机器人发得太快，平台要求等一分钟";
    }
    if (outcome.platform_words.starts_with("93000") || outcome.platform_words.starts_with("40001")) {
        outcome.action = SendAction::disable_chat;
        outcome.reason = "群机器人的 key 不对，或机器人已被移出群：请在群里重新添加，把新的 key 填给这个群";
    }
    return outcome;
}

} // namespace

WecomRobotDoor::WecomRobotDoor(Settings settings, net::HttpClient& client, const Clock& clock)
    : id_(settings.id), client_(client), clock_(clock), capabilities_(robot_capabilities()),
      window_(most_per_minute, minute_ms), settings_(std::make_shared<const Settings>(std::move(settings)))
{
}

void WecomRobotDoor::configure(Settings settings)
{
    auto fresh = std::make_shared<const Settings>(std::move(settings));
    const std::lock_guard lock(mutex_);
    settings_ = std::move(fresh);
}

std::shared_ptr<const Settings> WecomRobotDoor::settings() const
{
    const std::lock_guard lock(mutex_);
    return settings_;
}

AccountHealth WecomRobotDoor::health() const
{
    const std::lock_guard lock(mutex_);
    AccountHealth health = health_;
    health.connected = trouble_.empty();
    health.detail = trouble_.empty() ? "群机器人只发不收；每个群一个 key" : trouble_;
    return health;
}

std::vector<std::string> WecomRobotDoor::split(const std::string& text) const
{
    return text_parts(text);
}

std::vector<std::string> WecomRobotDoor::lint(const std::string& text) const
{
    std::vector<std::string> problems;
    const std::size_t parts = text_parts(text).size();
    if (parts >= too_many_parts)
        problems.push_back("太长：在企业微信群里要分成 " + std::to_string(parts) + " 条，请写短一些");
    return problems;
}

asio::awaitable<SendOutcome> WecomRobotDoor::send(Outgoing message)
{
    SendOutcome outcome;
    const std::string key = message.chat.id;
    if (message.chat.type != ChatType::group || key.empty()) {
        outcome.action = SendAction::drop;
        outcome.reason = "群机器人只能往群里发";
        co_return outcome;
    }
    std::vector<std::string> bodies = bodies_of(message);
    const int count = static_cast<int>(bodies.size());
    const std::int64_t wait_ms = window_.take(key, count, clock_.now_ms());
    if (wait_ms > 0) {
        outcome.action = SendAction::window_closed; // it opens again by itself: no failure of this message
        outcome.scope = Scope::chat;
        outcome.retry_after_ms = wait_ms;
        outcome.reason = "这个群一分钟内的额度用完了，等一下自动发";
        co_return outcome;
    }
    outcome = co_await send_all(key, std::move(bodies));
    co_return outcome;
}

asio::awaitable<SendOutcome> WecomRobotDoor::send_all(std::string key, std::vector<std::string> bodies)
{
    SendOutcome outcome;
    const auto settings = this->settings();
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        net::ClientRequest request = tencent::post_json(settings->api + send_path(key), std::move(bodies[i]));
        request.timeout = std::min(settings->call_timeout, most_together / static_cast<int>(bodies.size()));
        const auto result = co_await client_.call(std::move(request));
        outcome = for_one_robot(tencent::classify(tencent::answer_of(result), tencent::company_codes()));
        note_end(key, outcome);
        if (outcome.delivered())
            continue;
        if (outcome.action == SendAction::retry)
            window_.give_back(key, static_cast<int>(bodies.size() - i));
        if (i > 0) {
            outcome.action = SendAction::unknown_result;
            outcome.reason = "长文只发出了前 " + std::to_string(i) + " 段：" + outcome.reason;
        }
        break;
    }
    co_return outcome;
}

void WecomRobotDoor::note_end(const std::string& key, const SendOutcome& outcome)
{
    const std::int64_t now = clock_.now_ms();
    if (outcome.platform_words.starts_with("45009"))
        window_.close(key, now + minute_ms);
    const std::lock_guard lock(mutex_);
    if (outcome.delivered())
        health_.last_success_ms = now;
    const bool is_account_trouble =
        outcome.action == SendAction::operator_ || outcome.action == SendAction::retry;
    if (outcome.delivered() || is_account_trouble)
        trouble_ = is_account_trouble ? outcome.reason : "";
}

} // namespace bot::doors::wecom_robot
