#include "tests/simulator/wechat/followers.hpp"

#include "tests/simulator/wecom/answer.hpp"
#include "tests/simulator/wecom/seal.hpp"

namespace simulator::wechat {
namespace {

using nlohmann::json;
using wecom::xml_element;
using wecom::xml_value;

constexpr std::int64_t second_us = 1'000'000;

} // namespace

asio::awaitable<Response> Followers::serve(Request request)
{
    Response response;
    if (request.method == "POST" && request.path == "/cgi-bin/stable_token")
        response = lend(request.body);
    else if (request.method == "POST" && request.path == "/cgi-bin/message/custom/send")
        response = service_message(request);
    else
        response.status = 404;
    co_return response;
}

Response Followers::lend(const std::string& raw)
{
    const json body = json::parse(raw, nullptr, false);
    if (!body.is_object() || body.value("grant_type", "") != "client_credential")
        return wecom::say(40002, "invalid grant_type");
    if (body.value("appid", "") != account_.app_id)
        return wecom::say(40013, "invalid appid");
    if (body.value("secret", "") != account_.secret)
        return wecom::say(40125, "invalid appsecret");
    ++lendings_;
    if (lent_.empty())
        lent_ = "AT-" + std::to_string(lendings_);
    return json_response(200, json{{"access_token", lent_}, {"expires_in", 7200}}.dump());
}

Response Followers::service_message(const Request& request)
{
    auto flight = std::make_shared<Flight>(world_);
    const std::string token = query_value(request.query, "access_token").value_or("");
    if (token.empty() || token != lent_) {
        ++world_.unauthorised;
        return wecom::say(40001, "invalid credential, access_token is invalid or not latest");
    }
    const Fate fate = world_.faults.draw(true);
    if (fate.kind == Fate::Kind::error)
        return wecom::say(fate.retcode, fate.words);
    Response response;
    if (fate.records()) {
        const json body = json::parse(request.body, nullptr, false);
        if (!body.is_object() || wecom::has_escapes(request.body))
            return wecom::say(47001, "data format error");
        if (!service_)
            return wecom::say(48001, "api unauthorized");
        const std::string person = body.value("touser", "");
        const std::string text = body.value("text", json::object()).value("content", "");
        if (text.size() > 2048)
            return wecom::say(45002, "content size out of limit");
        Allowance& allowance = allowances_[person];
        if (now_us() > allowance.until_us)
            return wecom::say(45015, "response out of time limit or subscription is canceled");
        if (allowance.left == 0)
            return wecom::say(45047, "out of response count limit");
        --allowance.left;
        world_.ledger.accept(private_chat(person), request.body, text, "service");
        response = wecom::say(0, "ok");
    }
    return wecom::with_fate(std::move(response), fate, std::move(flight));
}

std::string Followers::callback_body(const json& order)
{
    if (order.contains("body"))
        return order["body"];
    const std::string person = order.value("person", "oPerson");
    const std::string event = order.value("event", "");
    std::string body = "<xml>" + xml_element("ToUserName", "gh_simulated") +
                       xml_element("FromUserName", person) + "<CreateTime>" +
                       std::to_string(now_us() / second_us) + "</CreateTime>";
    Allowance& allowance = allowances_[person];
    if (event.empty()) {
        allowance = {5, now_us() + 48 * 3600 * second_us};
        return body + xml_element("MsgType", "text") + xml_element("Content", order.at("text")) + "<MsgId>" +
               std::to_string(24'000'000'000'000'000 + ++said_) + "</MsgId></xml>";
    }
    if (event != "unsubscribe")
        allowance = {std::max(3, allowance.left), std::max(allowance.until_us, now_us() + 60 * second_us)};
    return body + xml_element("MsgType", "event") + xml_element("Event", event) +
           xml_element("EventKey", order.value("key", "")) + "</xml>";
}

/// The query of one telling; seals the body where the account seals.
std::string Followers::with_query(const json& order, std::string& body)
{
    const std::string sign = order.value("sign", "good");
    const std::string token = sign == "forged" ? account_.token + "?" : account_.token;
    const std::string timestamp = std::to_string(now_us() / second_us);
    const std::string nonce = std::to_string(world_.ledger.new_message_id());
    std::string query = "signature=" + wecom::sha1_of_sorted({token, timestamp, nonce}) +
                        "&timestamp=" + timestamp + "&nonce=" + wecom::percent_encode(nonce) +
                        "&openid=" + xml_value(body, "FromUserName");
    if (account_.mode == "plain" || sign == "plain")
        return query;
    const std::string sealed = wecom::seal(account_.key, body, account_.app_id);
    query += "&encrypt_type=aes&msg_signature=" + wecom::sha1_of_sorted({token, timestamp, nonce, sealed});
    const std::string encrypted = xml_element("Encrypt", sealed);
    if (account_.mode == "compat")
        body.insert(body.rfind("</xml>"), encrypted);
    else
        body = "<xml>" + xml_element("ToUserName", "gh_simulated") + encrypted + "</xml>";
    return query;
}

asio::awaitable<json> Followers::verify(json order)
{
    const std::string timestamp = std::to_string(now_us() / second_us), nonce = "1372623149";
    const std::string echo = "4375120948345356249";
    const std::string url = order.at("url").get<std::string>() +
                            "?signature=" + wecom::sha1_of_sorted({account_.token, timestamp, nonce}) +
                            "&echostr=" + echo + "&timestamp=" + timestamp + "&nonce=" + nonce;
    const Answer answer = co_await get(url, std::chrono::seconds(5));
    co_return json{{"status", answer.status}, {"body", answer.body}, {"ok", answer.body == echo}};
}

asio::awaitable<json> Followers::say(json order)
{
    const std::string plain = callback_body(order);
    const std::string person = xml_value(plain, "FromUserName");
    const auto patience = std::chrono::milliseconds(order.value("patience_ms", 5'000));
    const int most = order.value("tries", 3);
    json result;
    for (int tries = 1; tries <= most; ++tries) {
        std::string body = plain;
        const std::string query = with_query(order, body);
        Headers fields{{"Content-Type", "text/xml"}, {"User-Agent", "Mozilla/4.0"}};
        const std::string url = order.at("url").get<std::string>() + "?" + query;
        const Answer answer = co_await post(url, std::move(fields), std::move(body), patience);
        result = json{{"status", answer.status}, {"tries", tries}, {"body", answer.body}};
        if (answer.status == 200) {
            result["answer"] = obey(person, answer.body);
            break;
        }
    }
    co_return result;
}

/// What the person reads; the words of the platform when the answer is none of its kind.
std::string Followers::obey(const std::string& person, const std::string& body)
{
    if (body.empty() || body == "success")
        return {};
    std::string plain = body;
    if (account_.mode != "plain") {
        const std::string sealed = xml_value(body, "Encrypt");
        const bool is_signed =
            wecom::sha1_of_sorted({account_.token, xml_value(body, "TimeStamp"), xml_value(body, "Nonce"),
                                   sealed}) == xml_value(body, "MsgSignature");
        if (!is_signed)
            return "该公众号提供的服务出现故障，请稍后再试";
        plain = wecom::unseal(account_.key, sealed, account_.app_id);
    }
    if (xml_value(plain, "ToUserName") != person || xml_value(plain, "MsgType") != "text")
        return "该公众号提供的服务出现故障，请稍后再试";
    const std::string text = xml_value(plain, "Content");
    world_.ledger.accept(private_chat(person), json(plain).dump(), text, "passive");
    return text;
}

asio::awaitable<std::optional<json>> Followers::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "verify")
        result = co_await verify(std::move(order));
    else if (what == "say")
        result = co_await say(std::move(order));
    else if (what == "tokens") {
        lent_.clear();
        result = json{{"lendings", lendings_}};
    } else if (what == "rights") {
        service_ = order.at("service").get<bool>();
        result = json::object();
    }
    co_return result;
}

} // namespace simulator::wechat
