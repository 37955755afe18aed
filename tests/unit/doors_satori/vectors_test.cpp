#include "bot/doors/satori/elements.hpp"
#include "bot/doors/satori/gateway.hpp"
#include "bot/doors/satori/parse.hpp"
#include "bot/doors/satori/send.hpp"
#include "tests/support/vectors.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;
using namespace bot::doors::satori;
using testing_support::json;

json to_json(const std::vector<Element>& elements)
{
    json list = json::array();
    for (const Element& one : elements) {
        json attributes = json::object();
        for (const auto& [key, value] : one.attributes)
            attributes[key] = value;
        list.push_back({{"type", one.type}, {"attrs", attributes}});
    }
    return list;
}

void check_escape(const json& in, const json& out)
{
    const std::string text = in["text"];
    EXPECT_EQ(in["where"] == "attr" ? escape_attribute(text) : escape_text(text), out);
}

void check_event(const json& in, const json& out)
{
    const auto heard = read_event("a", in["payload"]["body"]);
    ASSERT_TRUE(heard.has_value());
    json got = testing_support::to_json(heard->event);
    got["dedupe"] = {heard->self.platform, heard->event.self_id, heard->event.message_id};
    testing_support::expect_fields(out, got);
}

void check_gateway(const json& in, const json& out)
{
    const std::string step = in["step"];
    if (step == "open") {
        const auto last =
            in["last_sn"].is_null() ? std::nullopt : std::optional(in["last_sn"].get<std::int64_t>());
        EXPECT_EQ(json::parse(identify(in["token"].get<std::string>(), last)), out["send"]);
    } else if (step == "tick") {
        EXPECT_EQ(in["after_seconds"], ping_every.count());
        EXPECT_EQ(json::parse(ping()), out["send"]);
    } else if (step == "receive") {
        json logins = json::array();
        for (const auto& [self, online] : read_logins(in["frame"]["body"]))
            logins.push_back({{"platform", self.platform}, {"user_id", self.user_id}, {"online", online}});
        EXPECT_EQ(logins, out["logins"]);
    } else {
        EXPECT_EQ(ending_of(in["code"].get<unsigned>()).may_reconnect, out["reconnect"].get<bool>());
    }
}

void check_call(const json& in, const json& out)
{
    Outgoing message;
    message.text = in["text"];
    const Call call = message_create(in["chat"]["id"], message);
    EXPECT_EQ(json(path_of(call)), out["path"]);
    EXPECT_EQ(json::parse(call.body), out["json"]);
    const net::Headers headers = headers_of("", {in["platform"], in["user_id"]});
    for (const auto& [name, value] : out["headers"].items())
        EXPECT_EQ(net::header(headers, name), value.get<std::string>());
}

void check_error(const json& in, const json& out)
{
    EXPECT_EQ(to_string(classify(Transport::answered, in["http"], in["body"].get<std::string>()).action),
              out["action"]);
}

TEST(SatoriVectors, AllPass)
{
    testing_support::run_vectors("satori", {{"element-parse",
                                             [](const json& in, const json& out) {
                                                 EXPECT_EQ(to_json(parse_elements(in.get<std::string>())),
                                                           out);
                                             }},
                                            {"element-escape", check_escape},
                                            {"event", check_event},
                                            {"gateway", check_gateway},
                                            {"api-request", check_call},
                                            {"error-action", check_error}});
}

} // namespace
