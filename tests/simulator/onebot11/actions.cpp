#include "tests/simulator/onebot11/actions.hpp"

#include "tests/simulator/onebot11/message.hpp"

#include <algorithm>
#include <charconv>

namespace simulator::onebot11 {
namespace {

using nlohmann::json;
using Kind = Outcome::Kind;

Outcome failed(Kind kind, std::string words)
{
    Outcome outcome;
    outcome.kind = kind;
    outcome.words = std::move(words);
    return outcome;
}

Outcome done(json data)
{
    Outcome outcome;
    outcome.data = std::move(data);
    return outcome;
}

std::int64_t number(const std::string& text)
{
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc() && end == text.data() + text.size() && !text.empty() ? value : -1;
}

bool is_group(const std::string& chat)
{
    return chat.starts_with("g:");
}

} // namespace

std::string id_text(const json& params, const char* key)
{
    const auto found = params.find(key);
    if (found == params.end())
        return {};
    if (found->is_string())
        return found->get<std::string>();
    return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : std::string();
}

Outcome Actions::perform(const std::string& action, json params, const char* via)
{
    if (params.is_null())
        params = json::object();
    if (!params.is_object())
        return failed(Kind::bad_params, "params 不是对象");
    if (action == "send_group_msg" || action == "send_private_msg" || action == "send_msg")
        return send(action, params, via);
    if (action == "_send_group_notice")
        return send_notice(params);
    Outcome outcome = tell(action, params);
    outcome.fate = world_.faults.draw(false);
    if (outcome.fate.kind == Fate::Kind::error)
        outcome.kind = Kind::injected;
    return outcome;
}

Outcome Actions::send(const std::string& action, json& params, const char* via)
{
    const std::string type = params.value("message_type", "");
    const bool to_group =
        action == "send_group_msg" ||
        (action == "send_msg" && (type == "group" || (type.empty() && params.contains("group_id"))));
    const std::string id = id_text(params, to_group ? "group_id" : "user_id");
    if (number(id) <= 0)
        return failed(Kind::bad_params, to_group ? "group_id 无效" : "user_id 无效");
    if (!params.contains("message"))
        return failed(Kind::bad_params, "缺少 message");
    const json& plain = params.contains("auto_escape") ? params["auto_escape"] : json(false);
    const auto segments = read_segments(params["message"], plain == true || plain == "true");
    if (!segments)
        return failed(Kind::failed, "消息体无法解析");
    if (segments->empty())
        return failed(Kind::failed, "EMPTY_MSG_ERROR 消息为空");
    return deliver(to_group ? group_chat(id) : private_chat(id), *segments, via);
}

Outcome Actions::send_notice(json& params)
{
    const std::string id = id_text(params, "group_id");
    if (number(id) <= 0 || !params.contains("content") || !params["content"].is_string())
        return failed(Kind::bad_params, "要有 group_id 和 content");
    const auto segments = read_segments(params["content"], true);
    return deliver(group_chat(id), *segments, "notice");
}

Outcome Actions::deliver(const std::string& chat, const json& segments, const char* via)
{
    const std::string id = chat.substr(2);
    if (is_group(chat) && !world_.chats.is_member(id))
        return failed(Kind::not_in_group, "");
    if (is_group(chat) && world_.chats.is_muted(id))
        return failed(Kind::muted, "");
    Outcome outcome;
    outcome.fate = world_.faults.draw(true);
    if (outcome.fate.kind == Fate::Kind::error)
        outcome.kind = Kind::injected;
    if (!outcome.fate.records())
        return outcome;
    if (!world_.limits.admit(chat)) {
        outcome.kind = Kind::limited;
        return outcome;
    }
    const std::int32_t message = world_.ledger.accept(chat, segments.dump(), text_of(segments), via);
    outcome.data = {{"message_id", message}};
    return outcome;
}

bool Actions::reply(const std::string& chat, const json& segments)
{
    const bool group = is_group(chat);
    if (group && (!world_.chats.is_member(chat.substr(2)) || world_.chats.is_muted(chat.substr(2))))
        return false;
    if (!world_.limits.admit(chat))
        return false;
    world_.ledger.accept(chat, segments.dump(), text_of(segments), "quick");
    return true;
}

Outcome Actions::recall(const json& params)
{
    std::string chat;
    Entry* entry =
        world_.ledger.find(static_cast<std::int32_t>(number(id_text(params, "message_id"))), &chat);
    if (!entry || entry->deleted)
        return failed(Kind::failed, "消息不存在");
    entry->deleted = true;
    return done(nullptr);
}

Outcome Actions::show(const json& params)
{
    std::string chat;
    const Entry* entry =
        world_.ledger.find(static_cast<std::int32_t>(number(id_text(params, "message_id"))), &chat);
    if (!entry || entry->deleted)
        return failed(Kind::failed, "消息不存在");
    return done(message_json(chat, *entry));
}

Outcome Actions::history(const json& params)
{
    const std::string id = id_text(params, "group_id");
    if (number(id) <= 0)
        return failed(Kind::bad_params, "group_id 无效");
    if (!world_.chats.is_member(id))
        return failed(Kind::not_in_group, "");
    const std::string asked = id_text(params, "count");
    const auto most =
        static_cast<std::size_t>(std::clamp<std::int64_t>(asked.empty() ? 20 : number(asked), 1, 100));
    json messages = json::array();
    const std::string chat = group_chat(id);
    if (const auto* entries = world_.ledger.chat(chat))
        for (std::size_t i = entries->size() > most ? entries->size() - most : 0; i < entries->size(); ++i)
            if (!(*entries)[i].deleted)
                messages.push_back(message_json(chat, (*entries)[i]));
    return done({{"messages", std::move(messages)}});
}

Outcome Actions::tell(const std::string& action, const json& params)
{
    if (action == "delete_msg")
        return recall(params);
    if (action == "get_msg")
        return show(params);
    if (action == "get_group_msg_history" && dialect_.has_history)
        return history(params);
    if (action == "get_login_info")
        return done({{"user_id", account_.self_id}, {"nickname", "工会小助手"}});
    if (action == "get_status")
        return done({{"online", true}, {"good", true}});
    if (action == "get_version_info")
        return done({{"app_name", dialect_.app_name},
                     {"app_version", dialect_.app_version},
                     {"protocol_version", "v11"}});
    if (action == "can_send_image" || action == "can_send_record")
        return done({{"yes", true}});
    if (action == "get_group_list") {
        json groups = json::array();
        for (const std::string& group : world_.chats.members())
            groups.push_back(group_json(group));
        return done(std::move(groups));
    }
    const std::string group = id_text(params, "group_id");
    if (action == "get_group_info" || action == "get_group_member_info") {
        if (number(group) <= 0)
            return failed(Kind::bad_params, "group_id 无效");
        if (!world_.chats.is_member(group))
            return failed(Kind::not_in_group, "");
        if (action == "get_group_info")
            return done(group_json(group));
        const std::int64_t user = number(id_text(params, "user_id"));
        if (user <= 0)
            return failed(Kind::bad_params, "user_id 无效");
        return done({{"group_id", number(group)},
                     {"user_id", user},
                     {"nickname", "群友"},
                     {"card", ""},
                     {"role", "member"}});
    }
    return failed(Kind::unknown_action, action);
}

json Actions::message_json(const std::string& chat, const Entry& entry) const
{
    const json segments = json::parse(world_.ledger.content(entry.content));
    const std::int64_t user = entry.user.empty() ? account_.self_id : number(entry.user);
    json message{{"time", entry.at_us / 1'000'000},
                 {"self_id", account_.self_id},
                 {"user_id", user},
                 {"message_id", entry.id},
                 {"message_type", is_group(chat) ? "group" : "private"},
                 {"raw_message", to_cq(segments)},
                 {"sender",
                  {{"user_id", user},
                   {"nickname", entry.user.empty() ? "工会小助手" : "群友"},
                   {"card", ""},
                   {"role", "member"}}}};
    if (is_group(chat))
        message["group_id"] = number(chat.substr(2));
    if (dialect_.strings)
        message["message"] = to_cq(segments);
    else
        message["message"] = segments;
    return message;
}

json Actions::group_json(const std::string& group) const
{
    return {{"group_id", number(group)},
            {"group_name", "群" + group},
            {"member_count", 50},
            {"max_member_count", 200}};
}

} // namespace simulator::onebot11
