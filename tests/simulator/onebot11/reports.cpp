#include "tests/simulator/onebot11/reports.hpp"

#include "tests/simulator/onebot11/message.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace simulator::onebot11 {
namespace {

using nlohmann::json;
using Quick = Dialect::Quick;

constexpr std::chrono::milliseconds repeat_after{1'500};

std::string hmac_sha1_hex(const std::string& key, const std::string& bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
        for (const unsigned shift : {4U, 0U})
            hex += "0123456789abcdef"[(unsigned{digest[i]} >> shift) & 15U];
    return hex;
}

} // namespace

Headers Reports::headers(const json& order, std::string& body) const
{
    Headers fields{{"Content-Type", "application/json"},
                   {"User-Agent", dialect_.user_agent},
                   {"X-Self-ID", std::to_string(account_.self_id)}};
    const std::string secret = order.value("secret", account_.secret);
    const std::string sign = order.value("sign", "good");
    if (secret.empty() || sign == "none")
        return fields;
    fields.emplace_back("X-Signature",
                        "sha1=" + hmac_sha1_hex(sign == "forged" ? secret + "?" : secret, body));
    if (sign == "tampered")
        body += " ";
    return fields;
}

asio::awaitable<json> Reports::send(json order, std::string body)
{
    const std::string event = body;
    const Headers fields = headers(order, body);
    const std::string url = order.at("url").get<std::string>();
    Answer answer;
    for (int attempt = 0; attempt < dialect_.report_attempts && answer.status == 0; ++attempt) {
        if (attempt > 0) {
            asio::steady_timer timer(co_await asio::this_coro::executor, repeat_after);
            co_await timer.async_wait(as_values);
        }
        answer = co_await post(url, fields, body, std::chrono::seconds(10));
    }
    json result{{"status", answer.status}, {"body", answer.body}, {"error", answer.error}};
    result["applied"] = answer.status == 200 && obey(event, answer.body);
    co_return result;
}

bool Reports::obey(const std::string& raw_event, const std::string& answer)
{
    const json operation = json::parse(answer, nullptr, false);
    const json event = json::parse(raw_event, nullptr, false);
    if (dialect_.quick == Quick::none || !operation.is_object() || !event.is_object() ||
        event.value("post_type", "") != "message" || !operation.contains("reply"))
        return false;
    auto segments = read_segments(operation["reply"], operation.value("auto_escape", false));
    if (!segments || segments->empty())
        return false;
    const bool group = event.value("message_type", "") == "group";
    if (group && operation.value("at_sender", false))
        segments->insert(segments->begin(),
                         json{{"type", "at"}, {"data", {{"qq", id_text(event, "user_id")}}}});
    if (group && dialect_.quick == Quick::reply_only)
        segments->insert(segments->begin(),
                         json{{"type", "reply"}, {"data", {{"id", id_text(event, "message_id")}}}});
    return actions_.reply(
        group ? group_chat(id_text(event, "group_id")) : private_chat(id_text(event, "user_id")), *segments);
}

} // namespace simulator::onebot11
