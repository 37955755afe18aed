#include "bot/doors/qq/api.hpp"

#include <spdlog/spdlog.h>

#include <charconv>

namespace bot::doors::qq {
namespace {

/// Inside the last minute the platform lends a new token while the old one stays good.
constexpr std::int64_t renew_before_ms = 50'000;

/// `Retry-After` in seconds.
std::int64_t retry_after_ms(const net::Headers& headers)
{
    const std::string_view text = net::header(headers, "Retry-After");
    std::int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return seconds > 0 && seconds < 86'400 ? seconds * 1000 : 0;
}

} // namespace

Api::Api(net::HttpClient& client, const Clock& clock, Current settings)
    : client_(client), settings_(std::move(settings)),
      token_(clock, renew_before_ms, [this] { return fetch_token(); })
{
}

void Api::forget_token()
{
    token_.forget();
    no_markdown_ = false;
}

asio::awaitable<SendOutcome> Api::send(Part part)
{
    part.markdown = part.markdown && !no_markdown_;
    SendOutcome outcome = co_await send_once(part);
    if (part.markdown && lacks_markdown(outcome)) {
        spdlog::warn("event=no_markdown account={} words=\"{}\"", settings_()->id, outcome.platform_words);
        no_markdown_ = true;
        part.markdown = false;
        outcome = co_await send_once(part);
    }
    if (outcome.action == SendAction::unknown_result && !part.reply_to.empty())
        outcome = co_await send_once(part);
    co_return outcome;
}

asio::awaitable<SendOutcome> Api::send_once(Part part)
{
    SendOutcome outcome;
    for (int attempt = 0; attempt < 2; ++attempt) {
        net::LentToken token = co_await token_.get();
        if (token.value.empty())
            co_return token.trouble;
        const Answer answer = co_await call(message_call(part), token.value);
        outcome = classify(answer);
        if (outcome.action != SendAction::refresh_token)
            break;
        token_.refused(token.value);
    }
    co_return outcome;
}

asio::awaitable<void> Api::acknowledge(std::string interaction)
{
    const net::LentToken token = co_await token_.get();
    if (token.value.empty())
        co_return;
    const Answer answer = co_await call(acknowledge_call(interaction), token.value);
    if (answer.transport != Transport::answered || answer.status >= 300)
        spdlog::warn("event=acknowledge_failed account={} status={}", settings_()->id, answer.status);
}

asio::awaitable<Answer> Api::call(Call call, std::string token)
{
    const auto settings = settings_();
    net::ClientRequest request;
    request.method = call.method;
    request.url = settings->api + call.path;
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("Authorization", "QQBot " + token);
    request.headers.emplace_back("X-Union-Appid", settings->app_id);
    request.body = std::move(call.body);
    request.timeout = settings->call_timeout;
    co_return co_await exchange(std::move(request));
}

asio::awaitable<Answer> Api::exchange(net::ClientRequest request)
{
    Answer answer;
    auto result = co_await client_.call(std::move(request));
    if (result.response) {
        answer.transport = Transport::answered;
        answer.status = result.response->status;
        answer.trace = std::string(net::header(result.response->headers, "X-Tps-trace-ID"));
        answer.retry_after_ms = retry_after_ms(result.response->headers);
        answer.body = std::move(result.response->body);
    } else if (result.error.stage == net::ClientError::Stage::before_write) {
        answer.transport = Transport::refused;
    }
    co_return answer;
}

asio::awaitable<net::LentToken> Api::fetch_token()
{
    const auto settings = settings_();
    net::ClientRequest request;
    request.url = settings->token_url;
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = token_call(settings->app_id, settings->secret).body;
    request.timeout = settings->call_timeout;
    const Answer answer = co_await exchange(std::move(request));
    net::LentToken lent = read_token(answer);
    if (lent.value.empty())
        spdlog::warn("event=no_token account={} words=\"{}\"", settings->id, lent.trouble.platform_words);
    co_return lent;
}

} // namespace bot::doors::qq
