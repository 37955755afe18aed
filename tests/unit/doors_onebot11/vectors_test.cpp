#include "bot/doors/onebot11/cq_code.hpp"
#include "bot/doors/onebot11/parse.hpp"
#include "bot/doors/onebot11/send.hpp"
#include "bot/doors/onebot11/sign.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>

/// The shared protocol vectors, where their file lies beside the project (or LASTMETER_VECTORS names
/// it). The same facts stand as tables in the other tests of this folder, so that nothing is untested without
/// the file.
namespace {

using namespace bot;
using namespace bot::doors::onebot11;
using nlohmann::json;

json read_vectors()
{
    const char* named = std::getenv("LASTMETER_VECTORS");
    std::ifstream in(named ? named : LASTMETER_SOURCE_DIR "/../shared/protocols/vectors.json");
    const json file = json::parse(in, nullptr, false);
    return file.is_object() ? file["vectors"] : json::array();
}

json to_json(const std::vector<Segment>& segments)
{
    json list = json::array();
    for (const Segment& one : segments) {
        json data = json::object();
        for (const auto& [key, value] : one.data)
            data[key] = value;
        list.push_back({{"type", one.type}, {"data", data}});
    }
    return list;
}

json to_json(const Event& event)
{
    static const std::map<EventKind, const char*> kinds{{EventKind::message, "message"},
                                                        {EventKind::notice, "notice"},
                                                        {EventKind::request, "request"},
                                                        {EventKind::meta, "meta"},
                                                        {EventKind::ignore, "ignore"}};
    json media = json::array();
    for (const Media& one : event.media)
        media.push_back({{"type", one.type}, {"ref", one.ref}});
    return {
        {"kind", kinds.at(event.kind)},
        {"event", to_string(event.happening)},
        {"chat", {{"type", event.chat.type == ChatType::group ? "group" : "private"}, {"id", event.chat.id}}},
        {"sender", {{"id", event.sender.id}, {"name", event.sender.name}, {"role", event.sender.role}}},
        {"message_id", event.message_id},
        {"text", event.text},
        {"quoted_id", event.quoted_id},
        {"media", media},
        {"mentions_bot", event.mentions_bot},
        {"mentions_all", event.mentions_all},
        {"self", event.self},
        {"time", event.time_ms / 1000},
        {"flag", event.flag},
        {"comment", event.comment},
        {"seconds", event.seconds},
        {"online", event.online}};
}

/// Only the fields that `expected` lists have to match.
void expect_fields(const json& expected, const json& got)
{
    for (const auto& [key, value] : expected.items())
        if (value.is_object())
            expect_fields(value, got.at(key));
        else
            EXPECT_EQ(got.at(key), value) << key;
}

void check_handshake_vector(const json& input, const json& expected)
{
    net::Headers headers;
    for (const auto& [name, value] : input["headers"].items())
        headers.emplace_back(name, value.get<std::string>());
    const auto handshake = check_handshake(input["account_token"].get<std::string>(), headers,
                                           input["query"].get<std::string>());
    ASSERT_EQ(handshake.has_value(), expected["accept"].get<bool>());
    if (handshake) {
        static const std::map<Role, const char*> roles{
            {Role::universal, "universal"}, {Role::api, "api"}, {Role::event, "event"}};
        EXPECT_EQ(json(roles.at(handshake->role)), expected["role"]);
        EXPECT_EQ(json(handshake->self_id), expected["self_id"]);
    } else {
        EXPECT_EQ(handshake.error() == make_error_code(Errc::missing_credential) ? 401 : 403,
                  expected["http_status"]);
    }
}

void check_error_vector(const json& input, const json& expected)
{
    const std::string words =
        input["body"].is_string() ? input["body"].get<std::string>() : input["body"].dump();
    const bool answered = !input["http"].is_null();
    const auto transport = answered                       ? Transport::answered
                           : words.starts_with("timeout") ? Transport::lost
                                                          : Transport::refused;
    EXPECT_EQ(to_string(classify(transport, answered ? input["http"].get<unsigned>() : 0, words).action),
              expected["action"]);
}

Call call_of(const json& input)
{
    if (input["call"] == "announce")
        return group_notice(input["chat"]["id"], input["text"]);
    if (input["call"] == "approve_join")
        return answer_join_request(input["flag"], input["sub_type"], input["approve"], input["reason"]);
    Outgoing message;
    message.chat.id = input["chat"]["id"];
    message.text = input["text"];
    message.reply_to = input.value("reply_to", "");
    message.mention = input.value("mention", "");
    return send_message(message);
}

void check_call_vector(const json& input, const json& expected)
{
    const Call call = call_of(input);
    if (expected.contains("frame"))
        EXPECT_EQ(json::parse(frame(call, input["echo"])), expected["frame"]);
    else {
        EXPECT_EQ(json("/" + call.action), expected["path"]);
        EXPECT_EQ(json::parse(call.params), expected["json"]);
    }
}

const std::map<std::string, std::function<void(const json&, const json&)>> checks{
    {"x-signature",
     [](const json& in, const json& out) {
         EXPECT_EQ(json(signature(in["secret"].get<std::string>(), in["body"].get<std::string>())),
                   out["value"]);
     }},
    {"x-signature-check",
     [](const json& in, const json& out) {
         const std::string header = in["header"].is_string() ? in["header"].get<std::string>() : "";
         EXPECT_EQ(!check_signature(in["secret"].get<std::string>(), in["body"].get<std::string>(), header),
                   out["accept"].get<bool>());
     }},
    {"cq-parse",
     [](const json& in, const json& out) { EXPECT_EQ(to_json(parse_cq(in.get<std::string>())), out); }},
    {"cq-serialise", [](const json& in, const json& out) { EXPECT_EQ(serialise_cq(read_message(in)), out); }},
    {"ws-handshake", check_handshake_vector},
    {"event",
     [](const json& in, const json& out) {
         const auto event = to_event("a", in["payload"]);
         ASSERT_TRUE(event.has_value());
         expect_fields(out, to_json(*event));
     }},
    {"error-action", check_error_vector},
    {"api-request", check_call_vector},
};

TEST(OneBot11Vectors, AllPass)
{
    int checked = 0;
    for (const json& one : read_vectors()) {
        if (one["platform"] != "onebot11")
            continue;
        SCOPED_TRACE(one["id"].get<std::string>() + " " + one.value("note", ""));
        const auto check = checks.find(one["kind"].get<std::string>());
        ASSERT_NE(check, checks.end()) << one["kind"];
        check->second(one["input"], one["expected"]);
        ++checked;
    }
    if (checked == 0)
        GTEST_SKIP() << "the file of protocol vectors is not beside the project";
    RecordProperty("vectors", checked);
}

} // namespace
