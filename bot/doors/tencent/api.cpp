#include "bot/doors/tencent/api.hpp"

#include "bot/core/json.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::tencent {
namespace {

constexpr std::int64_t renew_before_ms = 5 * 60'000;
constexpr std::chrono::milliseconds call_timeout{8'000}; ///< a call may be made twice, behind a token

std::string with_token(const std::string& path, const std::string& token)
{
    return path + (path.find('?') == std::string::npos ? "?" : "&") + "access_token=" + token;
}

} // namespace

Api::Api(net::HttpClient& client, const Clock& clock, std::span<const Code> codes, Base base, AskToken ask)
    : client_(client), codes_(codes), base_(std::move(base)), ask_(std::move(ask)),
      token_(clock, renew_before_ms, [this] { return fetch(); })
{
}

asio::awaitable<Called> Api::call(std::string path, std::string body)
{
    net::ClientRequest request;
    request.method = "GET";
    if (!body.empty())
        request = post_json("", std::move(body));
    request.timeout = call_timeout;
    return carry(std::move(path), std::move(request));
}

asio::awaitable<Called> Api::upload(std::string path, std::string file_name, std::string content_type,
                                    std::string bytes)
{
    net::ClientRequest request = post_file("", file_name, content_type, bytes);
    request.timeout = call_timeout;
    return carry(std::move(path), std::move(request));
}

asio::awaitable<Called> Api::carry(std::string path, net::ClientRequest request)
{
    Called called;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const net::LentToken token = co_await token_.get();
        if (token.value.empty()) {
            called.outcome = token.trouble;
            co_return called;
        }
        net::ClientRequest one = request;
        one.url = base_() + with_token(path, token.value);
        const net::ClientResult result = co_await client_.call(std::move(one));
        const Answer answer = answer_of(result);
        called.outcome = classify(answer, codes_);
        called.body = answer.body;
        if (called.outcome.action != SendAction::refresh_token)
            break;
        token_.refused(token.value);
    }
    co_return called;
}

asio::awaitable<net::LentToken> Api::fetch()
{
    net::LentToken lent;
    net::ClientRequest request = ask_();
    request.timeout = call_timeout;
    const net::ClientResult result = co_await client_.call(std::move(request));
    const Answer answer = answer_of(result);
    const nlohmann::json body = json_or_null(answer.body);
    if (body.is_object() && body.contains("access_token") && body["access_token"].is_string()) {
        lent.value = body["access_token"].get<std::string>();
        const auto seconds = body.find("expires_in");
        lent.lifetime_ms =
            (seconds != body.end() && seconds->is_number_integer() ? seconds->get<std::int64_t>() : 7'200) *
            1'000;
        if (!lent.value.empty())
            co_return lent;
    }
    lent.trouble = classify(answer, codes_);
    if (lent.trouble.action == SendAction::unknown_result || lent.trouble.delivered()) {
        lent.trouble.action = SendAction::retry; // nothing was sent: only the token is missing
        lent.trouble.reason = "取访问令牌时平台没有回话，稍后再试";
    } else if (lent.trouble.action == SendAction::refresh_token) {
        lent.trouble.action = SendAction::operator_;
        lent.trouble.reason = "取不到访问令牌：secret 不对，请核对账号设置";
    }
    co_return lent;
}

} // namespace bot::doors::tencent
