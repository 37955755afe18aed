#include "bot/doors/onebot12/send.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using namespace bot::doors::onebot12;
using nlohmann::json;

const Self bot_self{"wechat", "wxid_bot"};

Outgoing to_group(const std::string& id = "2233@chatroom")
{
    Outgoing message;
    message.chat.id = id;
    message.text = "你好";
    return message;
}

TEST(OneBot12Send, NamesTheBotTheChatAndTheText)
{
    EXPECT_EQ(
        json::parse(send_message(to_group(), bot_self)),
        json::parse(R"({"action":"send_message","params":{"detail_type":"group","group_id":"2233@chatroom",
                "message":[{"type":"text","data":{"text":"你好"}}]},"self":{"platform":"wechat","user_id":"wxid_bot"}})"));
    const json framed = json::parse(send_message(to_group(), {}, "e-1"));
    EXPECT_EQ(framed["echo"], "e-1");
    EXPECT_FALSE(framed.contains("self"));
}

TEST(OneBot12Send, PrivateChannelAndMention)
{
    Outgoing message = to_group("wxid_a");
    message.chat.type = ChatType::direct;
    EXPECT_EQ(json::parse(send_message(message, bot_self))["params"]["user_id"], "wxid_a");
    const json channel = json::parse(send_message(to_group("channel/g/c"), bot_self))["params"];
    EXPECT_EQ(channel["detail_type"], "channel");
    EXPECT_EQ(channel["channel_id"], "c");
    message = to_group();
    message.mention = "wxid_a";
    const json segments = json::parse(send_message(message, bot_self))["params"]["message"];
    EXPECT_EQ(segments[0]["type"], "mention");
    EXPECT_EQ(segments[1]["data"]["text"], " 你好");
    EXPECT_TRUE(is_decorated(message));
    EXPECT_EQ(send_message(plain(message), bot_self), send_message(to_group(), bot_self));
    EXPECT_EQ(json::parse(quick_actions(to_group(), bot_self))[0]["action"], "send_message");
}

struct Code {
    std::int64_t code;
    SendAction action;
};

const Code codes[] = {
    {10001, SendAction::drop},  {10002, SendAction::operator_}, {10003, SendAction::drop},
    {10004, SendAction::drop},  {10005, SendAction::drop},      {10006, SendAction::drop},
    {10007, SendAction::drop},  {10101, SendAction::operator_}, {10102, SendAction::operator_},
    {20001, SendAction::retry}, {20002, SendAction::retry},     {31001, SendAction::retry},
    {32001, SendAction::retry}, {33001, SendAction::retry},     {34001, SendAction::backoff},
    {35001, SendAction::drop},  {36001, SendAction::backoff},   {41000, SendAction::drop},
    {50000, SendAction::drop},  {60001, SendAction::drop},      {99999, SendAction::drop},
    {-1, SendAction::drop},
};

SendOutcome classified(const std::string& body, unsigned status = 200)
{
    return classify(Transport::answered, status, body);
}

class OneBot12Code : public testing::TestWithParam<Code> {};
TEST_P(OneBot12Code, SaysWhatToDoAndWhy)
{
    const SendOutcome outcome =
        classified(R"({"status":"failed","retcode":)" + std::to_string(GetParam().code) +
                   R"(,"data":null,"message":"x"})");
    EXPECT_EQ(outcome.action, GetParam().action);
    EXPECT_FALSE(outcome.reason.empty());
}
INSTANTIATE_TEST_SUITE_P(All, OneBot12Code, testing::ValuesIn(codes), [](const auto& one) {
    return (one.param.code < 0 ? "minus_" : "code_") + std::to_string(std::abs(one.param.code));
});

TEST(OneBot12Classify, ReceiptsWithAndWithoutAnId)
{
    EXPECT_EQ(classified(R"({"status":"ok","retcode":0,"data":{"message_id":"m","time":1},"message":""})")
                  .platform_message_id,
              "m");
    for (const char* data : {"null", "true", "[]", "{}"})
        EXPECT_EQ(classified(std::string(R"({"status":"ok","retcode":0,"data":)") + data + "}").action,
                  SendAction::ok)
            << data;
}

TEST(OneBot12Classify, StatusesAndTransport)
{
    EXPECT_EQ(classified("", 401).action, SendAction::operator_);
    EXPECT_EQ(classified("", 404).action, SendAction::operator_);
    EXPECT_EQ(classified("", 415).action, SendAction::operator_);
    EXPECT_EQ(classified("", 429).action, SendAction::backoff);
    EXPECT_EQ(classified("", 400).action, SendAction::drop);
    EXPECT_EQ(classified("<html>", 502).action, SendAction::unknown_result);
    EXPECT_EQ(classified("{}", 200).action, SendAction::unknown_result);
    EXPECT_EQ(classify(Transport::refused, 0, "").action, SendAction::retry);
    EXPECT_EQ(classify(Transport::lost, 0, "").action, SendAction::unknown_result);
}

/// "Nothing happened" is no promise where the implementation itself broke: such a message is not sent again.
TEST(OneBot12Classify, ABrokenImplementationLeavesAMessageUnknown)
{
    EXPECT_EQ(of_message(classified(R"({"status":"failed","retcode":20002})")).action,
              SendAction::unknown_result);
    EXPECT_EQ(of_message(classified(R"({"status":"failed","retcode":31001})")).action, SendAction::retry);
    EXPECT_TRUE(lacks_segment(classified(R"({"status":"failed","retcode":10005})")));
    EXPECT_FALSE(lacks_segment(classified(R"({"status":"failed","retcode":10001})")));
}

} // namespace
