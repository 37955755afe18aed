#include "tests/simulator/onebot11/events.hpp"

#include "tests/simulator/onebot11/message.hpp"

#include <cstdlib>

namespace simulator::onebot11 {
namespace {

using nlohmann::json;

std::int64_t now_s()
{
    return now_us() / 1'000'000;
}

json segments_of(const Dialect& dialect, const Account& account, const json& order)
{
    json segments = json::array();
    if (order.contains("quote"))
        segments.push_back({{"type", "reply"}, {"data", {{"id", id_text(order, "quote")}}}});
    const bool mention = order.value("mention", false);
    if (mention) {
        json data{{"qq", std::to_string(account.self_id)}};
        if (dialect.named_at)
            data["name"] = "@工会小助手";
        segments.push_back({{"type", "at"}, {"data", std::move(data)}});
    }
    const std::string text = order.at("text").get<std::string>();
    segments.push_back({{"type", "text"}, {"data", {{"text", mention ? " " + text : text}}}});
    return segments;
}

void add_format_fields(json& event, const std::string& group)
{
    const std::int64_t id = event["message_id"].is_number() ? event["message_id"].get<std::int64_t>() : 0;
    event["message_format"] = "array";
    event["message_seq"] = id;
    event["real_id"] = id;
    event["real_seq"] = std::to_string(std::llabs(id) % 100'000);
    event["font"] = 14;
    if (!group.empty())
        event["group_name"] = "群" + group;
}

} // namespace

json message_event(World& world, const Dialect& dialect, const Account& account, const json& order)
{
    const std::string group = id_text(order, "group");
    const std::string user = order.contains("user") ? id_text(order, "user") : "42";
    const json segments = segments_of(dialect, account, order);
    const std::string chat = group.empty() ? private_chat(user) : group_chat(group);
    const std::int32_t id = world.ledger.hear(chat, user, segments.dump());
    json event{{"time", order.value("time", now_s())},
               {"self_id", account.self_id},
               {"post_type", "message"},
               {"message_type", group.empty() ? "private" : "group"},
               {"sub_type", group.empty() ? "friend" : "normal"},
               {"message_id", id},
               {"user_id", std::strtoll(user.c_str(), nullptr, 10)},
               {"raw_message", to_cq(segments)},
               {"font", 0},
               {"sender",
                {{"user_id", std::strtoll(user.c_str(), nullptr, 10)},
                 {"nickname", "小李"},
                 {"card", order.value("name", "张师傅")},
                 {"role", "member"}}}};
    if (order.contains("message_id"))
        event["message_id"] = order["message_id"];
    if (!group.empty()) {
        event["group_id"] = std::strtoll(group.c_str(), nullptr, 10);
        event["anonymous"] = nullptr;
    }
    if (dialect.strings)
        event["message"] = to_cq(segments);
    else
        event["message"] = segments;
    if (dialect.format_fields)
        add_format_fields(event, group);
    return event;
}

json lifecycle_event(const Account& account)
{
    return {{"time", now_s()},
            {"self_id", account.self_id},
            {"post_type", "meta_event"},
            {"meta_event_type", "lifecycle"},
            {"sub_type", "connect"}};
}

json heartbeat_event(const Account& account, std::int64_t interval_ms)
{
    return {{"time", now_s()},           {"self_id", account.self_id},
            {"post_type", "meta_event"}, {"meta_event_type", "heartbeat"},
            {"interval", interval_ms},   {"status", {{"online", true}, {"good", true}}}};
}

} // namespace simulator::onebot11
