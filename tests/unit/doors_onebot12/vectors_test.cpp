#include "bot/doors/onebot12/parse.hpp"
#include "bot/doors/onebot12/send.hpp"
#include "bot/doors/onebot12/sign.hpp"
#include "tests/support/vectors.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;
using namespace bot::doors::onebot12;
using testing_support::json;

void check_greeting(const json& in, const json& out)
{
    net::Headers headers;
    for (const auto& [name, value] : in["headers"].items())
        headers.emplace_back(name, value.get<std::string>());
    const auto handshake =
        check_handshake(in["account_token"].get<std::string>(), headers, in["query"].get<std::string>());
    ASSERT_EQ(handshake.has_value(), out["accept"].get<bool>());
    if (handshake) {
        EXPECT_EQ(json(handshake->impl), out["impl"]);
        EXPECT_EQ(json(handshake->subprotocol), out["echo_subprotocol"]);
    } else {
        EXPECT_EQ(json(handshake.error() == make_error_code(Errc::bad_payload) ? 400 : 401),
                  out["http_status"]);
    }
}

void check_event(const json& in, const json& out)
{
    const auto heard = read_event("a", in["payload"]);
    ASSERT_TRUE(heard.has_value());
    json got = testing_support::to_json(heard->event);
    if (got["event"] == "connected") // the standard's own word
        got["event"] = "connect";
    testing_support::expect_fields(out, got);
}

void check_error(const json& in, const json& out)
{
    EXPECT_EQ(json(to_string(classify(Transport::answered, in["http"], in["body"].dump()).action)),
              out["action"]);
}

void check_call(const json& in, const json& out)
{
    Outgoing message;
    message.chat.id = in["chat"]["id"];
    message.text = in["text"];
    EXPECT_EQ(json::parse(send_message(message, {in["self"]["platform"], in["self"]["user_id"]})),
              out["json"]);
}

TEST(OneBot12Vectors, AllPass)
{
    testing_support::run_vectors("onebot12", {{"ws-handshake", check_greeting},
                                              {"event", check_event},
                                              {"error-action", check_error},
                                              {"api-request", check_call}});
}

} // namespace
