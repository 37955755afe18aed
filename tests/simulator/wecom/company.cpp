#include "tests/simulator/wecom/company.hpp"

#include "tests/simulator/wecom/answer.hpp"
#include "tests/simulator/wecom/seal.hpp"

#include <algorithm>

namespace simulator::wecom {
namespace {

using nlohmann::json;

constexpr std::int64_t second_us = 1'000'000;

std::string owner_of(const std::string& chat)
{
    return "owner" + std::to_string(chat.empty() ? 0 : chat.back() % 3);
}

bool is_customer_group(const std::string& chat)
{
    return !chat.starts_with("app");
}

std::string text_of(const json& body)
{
    return body.value("text", json::object()).value("content", "");
}

} // namespace

asio::awaitable<Response> Company::serve(Request request)
{
    if (request.method == "GET" && request.path == "/cgi-bin/gettoken")
        co_return lend(request);
    auto flight = std::make_shared<Flight>(world_);
    const std::string token = query_value(request.query, "access_token").value_or("");
    if (token.empty() || token != lent_) {
        ++world_.unauthorised;
        co_return wecom::say(token.empty() ? 41001 : 40014, "invalid access_token");
    }
    const bool is_send = request.path.ends_with("/send") || request.path.ends_with("/add_msg_template");
    const Fate fate = world_.faults.draw(is_send);
    Response response;
    if (fate.kind == Fate::Kind::error)
        response = wecom::say(fate.retcode, fate.words);
    else if (fate.records())
        response = perform(request.path, request.body);
    co_return with_fate(std::move(response), fate, std::move(flight));
}

Response Company::lend(const Request& request)
{
    if (query_value(request.query, "corpid").value_or("") != account_.corp_id)
        return wecom::say(40013, "invalid corpid");
    if (query_value(request.query, "corpsecret").value_or("") != account_.secret)
        return wecom::say(40001, "invalid credential");
    ++lendings_;
    if (lent_.empty())
        lent_ = "WT-" + std::to_string(lendings_);
    return wecom::say(0, "ok", {{"access_token", lent_}, {"expires_in", 7200}});
}

Response Company::perform(const std::string& path, const std::string& raw)
{
    const json body = json::parse(raw, nullptr, false);
    if (!body.is_object())
        return wecom::say(47001, "data format error");
    if (has_escapes(raw))
        return wecom::say(40033, "invalid charset");
    if (path == "/cgi-bin/message/send")
        return send_to_members(body, raw);
    if (path == "/cgi-bin/appchat/send")
        return send_to_group(body, raw);
    const std::string base = "/cgi-bin/externalcontact/";
    if (path == base + "groupchat/list")
        return list_groups(body);
    if (path == base + "groupchat/get")
        return show_group(body);
    if (path == base + "add_msg_template")
        return make_task(body);
    if (path == base + "get_groupmsg_list_v2")
        return list_tasks(body);
    if (path == base + "get_groupmsg_task")
        return show_members(body);
    if (path == base + "get_groupmsg_send_result")
        return show_results(body);
    if (path == base + "remind_groupmsg_send" || path == base + "cancel_groupmsg_send")
        return end_task(body, path.ends_with("cancel_groupmsg_send"));
    Response unknown;
    unknown.status = 404;
    return unknown;
}

Response Company::send_to_members(const json& body, const std::string& raw)
{
    if (!body.contains("agentid") || body["agentid"] != account_.agent_id)
        return wecom::say(40056, "invalid agentid");
    const std::string text = text_of(body);
    if (body.value("msgtype", "") != "text" || text.empty())
        return wecom::say(44004, "empty content");
    if (text.size() > 2048)
        return wecom::say(45002, "content size out of limit");
    const bool is_checked = body.value("enable_duplicate_check", 0) == 1;
    if (!is_checked || delivered_bodies_.insert(raw).second)
        world_.ledger.accept(private_chat(body.value("touser", "")), raw, text, "member");
    return wecom::say(0, "ok", {{"msgid", "MM-" + std::to_string(++said_)}});
}

Response Company::send_to_group(const json& body, const std::string& raw)
{
    const std::string chat = body.value("chatid", "");
    if (is_customer_group(chat) || !world_.chats.is_member(chat))
        return wecom::say(86001, "invalid chatid");
    if (text_of(body).size() > 2048)
        return wecom::say(45002, "content size out of limit");
    if (!world_.limits.admit(group_chat(chat)))
        return wecom::say(45009, "api freq out of limit");
    world_.ledger.accept(group_chat(chat), raw, text_of(body), "app");
    return wecom::say(0, "ok");
}

Response Company::list_groups(const json&)
{
    json list = json::array();
    for (const std::string& chat : world_.chats.members())
        if (is_customer_group(chat))
            list.push_back({{"chat_id", chat}, {"status", 0}});
    return wecom::say(0, "ok", {{"group_chat_list", std::move(list)}});
}

Response Company::show_group(const json& body)
{
    const std::string chat = body.value("chat_id", "");
    if (!is_customer_group(chat))
        return wecom::say(90501, "not external group chat");
    if (!world_.chats.is_member(chat))
        return wecom::say(40050, "chat not found");
    return wecom::say(0, "ok", {{"group_chat", {{"chat_id", chat}, {"owner", owner_of(chat)}}}});
}

Response Company::make_task(const json& body)
{
    if (body.value("chat_type", "") != "group" || body.value("sender", "").empty())
        return wecom::say(40035, "invalid parameter");
    if (text_of(body).empty() || text_of(body).size() > 4000)
        return wecom::say(40058, "text out of limit");
    Task task;
    json failed = json::array();
    task.owner = body["sender"];
    task.text = text_of(body);
    task.made_us = now_us();
    for (const json& chat : body.value("chat_id_list", json::array()))
        if (owner_of(chat) == task.owner && world_.chats.is_member(chat))
            task.chats.push_back(chat);
        else
            failed.push_back(chat);
    if (task.chats.empty())
        return wecom::say(41048, "no group to send");
    task.id = "T-" + std::to_string(tasks_.size() + 1);
    tasks_.push_back(task);
    return wecom::say(0, "ok", {{"msgid", task.id}, {"fail_list", std::move(failed)}});
}

Response Company::list_tasks(const json& body)
{
    json list = json::array();
    for (const Task& task : tasks_) {
        const std::int64_t at = task.made_us / second_us;
        if (at >= body.value("start_time", std::int64_t{0}) && at <= body.value("end_time", std::int64_t{0}))
            list.push_back({{"msgid", task.id}, {"create_time", at}, {"text", {{"content", task.text}}}});
    }
    return wecom::say(0, "ok", {{"group_msg_list", std::move(list)}, {"next_cursor", ""}});
}

Company::Task* Company::find(const json& body)
{
    const std::string id = body.value("msgid", "");
    const auto found =
        std::find_if(tasks_.begin(), tasks_.end(), [&](const Task& task) { return task.id == id; });
    return found == tasks_.end() ? nullptr : &*found;
}

Response Company::show_members(const json& body)
{
    const Task* task = find(body);
    if (!task)
        return wecom::say(40035, "invalid msgid");
    json member{{"userid", task->owner}, {"status", task->sent_us > 0 ? 2 : 0}};
    if (task->sent_us > 0)
        member["send_time"] = task->sent_us / second_us;
    return wecom::say(0, "ok", {{"task_list", json::array({member})}});
}

Response Company::show_results(const json& body)
{
    const Task* task = find(body);
    if (!task || body.value("userid", "") != task->owner)
        return wecom::say(40035, "invalid msgid or userid");
    json list = json::array();
    if (task->sent_us > 0)
        for (const std::string& chat : task->chats)
            list.push_back({{"chat_id", chat},
                            {"userid", task->owner},
                            {"status", 1},
                            {"send_time", task->sent_us / second_us}});
    return wecom::say(0, "ok", {{"send_list", std::move(list)}});
}

Response Company::end_task(const json& body, bool stops)
{
    Task* task = find(body);
    if (!task || task->sent_us > 0)
        return wecom::say(40035, "invalid msgid");
    if (stops)
        task->is_stopped = true;
    else if (++task->reminders > 3)
        return wecom::say(45009, "remind too often");
    return wecom::say(0, "ok");
}

json Company::tap(const std::string& owner)
{
    int sent = 0;
    for (Task& task : tasks_) {
        if (task.owner != owner || task.sent_us > 0 || task.is_stopped)
            continue;
        task.sent_us = now_us();
        for (const std::string& chat : task.chats)
            world_.ledger.accept(group_chat(chat), json(task.text).dump(), task.text, "tapped");
        sent += static_cast<int>(task.chats.size());
    }
    return {{"sent", sent}};
}

asio::awaitable<json> Company::verify(json order)
{
    const std::string timestamp = std::to_string(now_us() / second_us), nonce = "263014780";
    const std::string echo = "1616140317555161061";
    const std::string sealed = seal(account_.key, echo, account_.corp_id);
    const std::string url = order.at("url").get<std::string>() +
                            "?msg_signature=" + sha1_of_sorted({account_.token, timestamp, nonce, sealed}) +
                            "&timestamp=" + timestamp + "&nonce=" + nonce +
                            "&echostr=" + percent_encode(sealed);
    const simulator::Answer answer = co_await get(url, std::chrono::seconds(1));
    co_return json{{"status", answer.status}, {"body", answer.body}, {"ok", answer.body == echo}};
}

asio::awaitable<json> Company::say(json order)
{
    const bool is_json = order.value("json", false);
    const std::string member = order.value("member", "ZhangSan");
    const std::string event = order.value("event", "");
    std::string plain = "<xml>" + xml_element("ToUserName", account_.corp_id) +
                        xml_element("FromUserName", member) + "<CreateTime>" +
                        std::to_string(now_us() / second_us) + "</CreateTime><AgentID>" +
                        std::to_string(account_.agent_id) + "</AgentID>";
    if (event.empty())
        plain += xml_element("MsgType", "text") + xml_element("Content", order.value("text", "")) +
                 "<MsgId>" + std::to_string(4'561'255'354'251'345'929 + static_cast<std::int64_t>(++said_)) +
                 "</MsgId></xml>";
    else
        plain += xml_element("MsgType", "event") + xml_element("Event", event) +
                 xml_element("EventKey", order.value("key", "")) + "</xml>";
    if (order.contains("body"))
        plain = order["body"];
    const std::string token = order.value("sign", "good") == "forged" ? account_.token + "?" : account_.token;
    const std::string timestamp = std::to_string(now_us() / second_us);
    const std::string nonce = std::to_string(++said_ + 1'000'000);
    const std::string sealed = seal(account_.key, plain, account_.corp_id);
    const std::string url = order.at("url").get<std::string>() +
                            "?msg_signature=" + sha1_of_sorted({token, timestamp, nonce, sealed}) +
                            "&timestamp=" + timestamp + "&nonce=" + nonce;
    std::string body =
        "<xml>" + xml_element("ToUserName", account_.corp_id) + xml_element("Encrypt", sealed) + "</xml>";
    if (is_json)
        body = json{{"tousername", account_.corp_id}, {"encrypt", sealed}}.dump();
    Headers fields{{"Content-Type", is_json ? "application/json" : "text/xml"}};
    const simulator::Answer answer =
        co_await post(url, std::move(fields), std::move(body), std::chrono::seconds(5));
    json result{{"status", answer.status}, {"body", answer.body}, {"answer", ""}};
    if (answer.status != 200 || answer.body.empty())
        co_return result;
    const json said = json::parse(answer.body, nullptr, false);
    const std::string encrypted = is_json ? said.value("encrypt", "") : xml_value(answer.body, "Encrypt");
    const std::string words = unseal(account_.key, encrypted, account_.corp_id);
    const json inner = json::parse(words, nullptr, false);
    result["answer"] = inner.is_object() ? inner.value("Content", "") : xml_value(words, "Content");
    world_.ledger.accept(private_chat(member), json(words).dump(), result["answer"], "passive");
    co_return result;
}

asio::awaitable<std::optional<json>> Company::control(std::string what, json order)
{
    std::optional<json> result;
    if (what == "verify")
        result = co_await verify(std::move(order));
    else if (what == "say")
        result = co_await say(std::move(order));
    else if (what == "tap")
        result = tap(order.at("owner").get<std::string>());
    else if (what == "tokens") {
        lent_.clear();
        result = json{{"lendings", lendings_}};
    } else if (what == "tasks") {
        result = json::array();
        for (const Task& task : tasks_)
            result->push_back({{"id", task.id},
                               {"owner", task.owner},
                               {"chats", task.chats.size()},
                               {"sent", task.sent_us > 0},
                               {"stopped", task.is_stopped},
                               {"reminders", task.reminders}});
    }
    co_return result;
}

} // namespace simulator::wecom
