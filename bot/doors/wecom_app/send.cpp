#include "bot/doors/wecom_app/send.hpp"

#include "bot/doors/tencent/fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace bot::doors::wecom_app {
namespace {

using nlohmann::json;
using tencent::cdata;

/// Raw UTF-8: escapes would be shown as they stand.
std::string write(const json& body)
{
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string joined(const std::vector<std::string>& members)
{
    std::string all;
    for (const std::string& one : members)
        all += (all.empty() ? "" : "|") + one;
    return all;
}

std::string encode(std::string_view value)
{
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~')
            out += c;
        else {
            out += '%';
            out += "0123456789ABCDEF"[byte >> 4U];
            out += "0123456789ABCDEF"[byte & 15U];
        }
    }
    return out;
}

/// A page of a long list.
std::string page(json body, const std::string& cursor, int limit)
{
    body["limit"] = limit;
    if (!cursor.empty())
        body["cursor"] = cursor;
    return write(body);
}

} // namespace

std::string passive_text(const std::string& member, const std::string& company, std::int64_t seconds,
                         const std::string& text, bool is_json)
{
    if (is_json)
        return write({{"ToUserName", member},
                      {"FromUserName", company},
                      {"CreateTime", seconds},
                      {"MsgType", "text"},
                      {"Content", text}});
    return "<xml><ToUserName>" + cdata(member) + "</ToUserName><FromUserName>" + cdata(company) +
           "</FromUserName><CreateTime>" + std::to_string(seconds) +
           "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>" + cdata(text) + "</Content></xml>";
}

std::string member_text(std::int64_t agent_id, const std::vector<std::string>& members,
                        const std::string& text, int dedupe_seconds)
{
    json body{{"touser", joined(members)},
              {"msgtype", "text"},
              {"agentid", agent_id},
              {"text", {{"content", text}}}};
    if (dedupe_seconds > 0) {
        body["enable_duplicate_check"] = 1;
        body["duplicate_check_interval"] = dedupe_seconds;
    }
    return write(body);
}

std::string member_news(std::int64_t agent_id, const std::string& member, const LinkCard& card)
{
    json article{{"title", card.title}, {"description", card.description}, {"url", card.url}};
    if (!card.picture_url.empty())
        article["picurl"] = card.picture_url;
    return write({{"touser", member},
                  {"msgtype", "news"},
                  {"agentid", agent_id},
                  {"news", {{"articles", json::array({article})}}}});
}

std::string group_text(const std::string& chat_id, const std::string& text,
                       const std::vector<std::string>& mentions)
{
    json body{{"chatid", chat_id}, {"msgtype", "text"}, {"text", {{"content", text}}}};
    if (!mentions.empty())
        body["text"]["mentioned_list"] = mentions;
    return write(body);
}

std::string mass_task(const std::string& owner, const std::vector<std::string>& chat_ids,
                      const std::string& text)
{
    return write({{"chat_type", "group"},
                  {"sender", owner},
                  {"chat_id_list", chat_ids},
                  {"text", {{"content", text}}}});
}

std::string list_groups(const std::string& cursor)
{
    return page({{"status_filter", 0}}, cursor, 1000);
}

std::string get_group(const std::string& chat_id)
{
    return write({{"chat_id", chat_id}, {"need_name", 0}});
}

std::string list_tasks(std::int64_t from_seconds, std::int64_t to_seconds, const std::string& cursor)
{
    return page({{"chat_type", "group"}, {"start_time", from_seconds}, {"end_time", to_seconds}}, cursor,
                100);
}

std::string task_members(const std::string& task_id, const std::string& cursor)
{
    return page({{"msgid", task_id}}, cursor, 1000);
}

std::string task_results(const std::string& task_id, const std::string& owner, const std::string& cursor)
{
    return page({{"msgid", task_id}, {"userid", owner}}, cursor, 1000);
}

std::string task_name(const std::string& task_id)
{
    return write({{"msgid", task_id}});
}

std::string token_path(const std::string& company, const std::string& secret)
{
    return "/cgi-bin/gettoken?corpid=" + encode(company) + "&corpsecret=" + encode(secret);
}

std::vector<std::string> unreached(const json& answer)
{
    std::vector<std::string> members;
    for (const char* key : {"invaliduser", "unlicenseduser"}) {
        const auto found = answer.find(key);
        if (found == answer.end() || !found->is_string())
            continue;
        std::string rest = found->get<std::string>();
        std::transform(rest.begin(), rest.end(), rest.begin(),
                       [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('|'), rest.size());
            if (end > 0)
                members.push_back(rest.substr(0, end));
            rest.erase(0, end + 1);
        }
    }
    return members;
}

std::vector<std::string> failed_groups(const json& answer)
{
    std::vector<std::string> groups;
    const auto found = answer.find("fail_list");
    if (found != answer.end() && found->is_array())
        for (const json& one : *found)
            if (one.is_string())
                groups.push_back(one.get<std::string>());
    return groups;
}

void read_results(const json& answer, GroupStates& states)
{
    const auto list = answer.find("send_list");
    if (list == answer.end() || !list->is_array())
        return;
    for (const json& one : *list)
        if (one.is_object() && one.contains("chat_id") && one["chat_id"].is_string() &&
            one.contains("status") && one["status"].is_number_integer())
            states[one["chat_id"].get<std::string>()] = one["status"].get<int>();
}

std::string next_cursor(const json& answer)
{
    const auto found = answer.find("next_cursor");
    return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace bot::doors::wecom_app
