#include "tests/simulator/wecom/smart_bot.hpp"

#include "tests/simulator/wecom/answer.hpp"
#include "tests/simulator/wecom/seal.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace simulator::wecom {
namespace {

using nlohmann::json;

constexpr std::int64_t second_us = 1'000'000;

std::string words_of(const json& message)
{
    const std::string type = message.value("msgtype", "");
    return message.value(type, json::object()).value("content", "");
}

} // namespace

asio::awaitable<Response> SmartBot::serve(Request request)
{
    Response response;
    if (request.method == "POST" && request.path == "/cgi-bin/aibot/response")
        response = late_answer(request);
    else
        response.status = 404;
    co_return response;
}

Response SmartBot::late_answer(const Request& request)
{
    auto flight = std::make_shared<Flight>(world_);
    const auto code = codes_.find(query_value(request.query, "response_code").value_or(""));
    if (code == codes_.end()) {
        ++world_.unauthorised;
        return wecom::say(846607, "response code invalid or used");
    }
    const json body = json::parse(request.body, nullptr, false);
    if (!body.is_object() || body.value("msgtype", "") != "markdown" || words_of(body).empty() ||
        words_of(body).size() > 20'480)
        return wecom::say(40008, "invalid message type");
    world_.ledger.accept(code->second, request.body, words_of(body), "late");
    codes_.erase(code);
    return wecom::say(0, "ok");
}

json SmartBot::callback(const json& order, const std::string& code)
{
    const std::string event = order.value("event", "");
    json payload{{"msgid", "MSG-" + std::to_string(++said_)},
                 {"aibotid", account_.bot_id},
                 {"chattype", order.contains("chat") ? "group" : "single"},
                 {"from", {{"userid", order.value("person", "zhangsan")}}},
                 {"msgtype", event.empty() ? "text" : "event"}};
    if (order.contains("chat"))
        payload["chatid"] = order["chat"];
    if (event.empty()) {
        payload["text"] = {
            {"content", (order.contains("chat") ? "@工会小助手 " : "") + order.value("text", "")}};
        payload["response_url"] = order.value("base", "") + "/cgi-bin/aibot/response?response_code=" + code;
    } else {
        payload["create_time"] = now_us() / second_us;
        payload["event"] = {{"eventtype", event}};
    }
    return payload;
}

/// Posts one sealed callback; {"status"} and, unless it was empty, {"message"}.
asio::awaitable<json> SmartBot::call_back(std::string url, json payload, std::string sign)
{
    const std::string token = sign == "forged" ? account_.token + "?" : account_.token;
    const std::string timestamp = std::to_string(now_us() / second_us);
    const std::string nonce = "nonce" + std::to_string(++said_);
    const std::string sealed = seal(account_.key, payload.dump(), "");
    url += "?msg_signature=" + sha1_of_sorted({token, timestamp, nonce, sealed}) + "&timestamp=" + timestamp +
           "&nonce=" + nonce;
    Headers fields{{"Content-Type", "application/json"}};
    std::string body = json{{"encrypt", sealed}}.dump();
    const simulator::Answer answer =
        co_await post(std::move(url), std::move(fields), std::move(body), std::chrono::seconds(5));
    json result{{"status", answer.status}};
    const json said = json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !said.is_object())
        co_return result;
    const std::string encrypted = said.value("encrypt", "");
    const std::string stamp = std::to_string(said.at("timestamp").get<std::int64_t>());
    const bool is_signed =
        said.value("nonce", "") == nonce &&
        said.value("msgsignature", "") == sha1_of_sorted({account_.token, stamp, nonce, encrypted});
    if (is_signed)
        result["message"] = json::parse(unseal(account_.key, encrypted, ""), nullptr, false);
    co_return result;
}

asio::awaitable<json> SmartBot::say(json order)
{
    const std::string code = "RC-" + std::to_string(++said_);
    const std::string url = order.at("url").get<std::string>();
    const std::string chat = order.contains("chat") ? group_chat(order["chat"].get<std::string>())
                                                    : private_chat(order.value("person", "zhangsan"));
    json payload = callback(order, code);
    codes_[code] = chat;
    json result = co_await call_back(url, payload, order.value("sign", "good"));
    result["code"] = code;
    result["pieces"] = 1;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int polls = order.value("polls", 600); polls > 0 && result.contains("message"); --polls) {
        const json stream = result["message"].value("stream", json());
        if (!stream.is_object() || stream.value("finish", true))
            break;
        timer.expires_after(std::chrono::milliseconds(order.value("poll_ms", 300)));
        co_await timer.async_wait(as_values);
        json poll = payload;
        poll["msgid"] = "MSG-" + std::to_string(++said_);
        poll["msgtype"] = "stream";
        poll["stream"] = {{"id", stream.value("id", "")}};
        json next = co_await call_back(url, std::move(poll), "good");
        result["message"] = next.value("message", json::object());
        result["pieces"] = result["pieces"].get<int>() + 1;
    }
    if (!result.contains("message"))
        co_return result;
    const json message = result["message"];
    result["answer"] = words_of(message);
    result["finished"] = message.value("stream", json::object()).value("finish", true);
    if (result["finished"].get<bool>() && !words_of(message).empty())
        world_.ledger.accept(chat, message.dump(), words_of(message), "passive");
    co_return result;
}

asio::awaitable<json> SmartBot::verify(json order)
{
    const std::string timestamp = std::to_string(now_us() / second_us), nonce = "263014780",
                      echo = "1616140317";
    const std::string sealed = seal(account_.key, echo, "");
    const std::string url = order.at("url").get<std::string>() +
                            "?msg_signature=" + sha1_of_sorted({account_.token, timestamp, nonce, sealed}) +
                            "&timestamp=" + timestamp + "&nonce=" + nonce +
                            "&echostr=" + percent_encode(sealed);
    const simulator::Answer answer = co_await get(url, std::chrono::seconds(1));
    co_return json{{"status", answer.status}, {"body", answer.body}, {"ok", answer.body == echo}};
}

asio::awaitable<std::optional<json>> SmartBot::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "verify")
        result = co_await verify(std::move(order));
    else if (what == "say")
        result = co_await say(std::move(order));
    co_return result;
}

} // namespace simulator::wecom
