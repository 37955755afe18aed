#include "bot/core/text.hpp"
#include "bot/doors/onebot11/send.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot::doors::onebot11;
using bot::SendAction;
using nlohmann::json;

TEST(OneBot11Send, BuildsArraysWithNumberIds)
{
    bot::Outgoing message;
    message.chat.id = "70001";
    message.text = "[通知] 明天体检";
    Call call = send_message(message);
    EXPECT_EQ(call.action, "send_group_msg");
    EXPECT_EQ(
        json::parse(call.params),
        json::parse(R"({"group_id":70001,"message":[{"type":"text","data":{"text":"[通知] 明天体检"}}]})"));
    message.text = "收到";
    message.reply_to = "-1273546";
    message.mention = "42";
    EXPECT_EQ(
        json::parse(frame(send_message(message), "e-1")),
        json::parse(
            R"({"action":"send_group_msg","params":{"group_id":70001,"message":[{"type":"reply","data":{"id":"-1273546"}},
              {"type":"at","data":{"qq":"42"}},{"type":"text","data":{"text":" 收到"}}]},"echo":"e-1"})"));
    EXPECT_EQ(json::parse(group_notice("70001", "公告").params),
              json::parse(R"({"group_id":70001,"content":"公告"})"));
}

struct Code {
    const char* name;
    Transport transport;
    unsigned status;
    const char* body;
    SendAction expected;
};

const Code codes[] = {
    {"ok", Transport::answered, 200, R"({"status":"ok","retcode":0,"data":{"message_id":5}})",
     SendAction::ok},
    {"queued", Transport::answered, 200, R"({"status":"async","retcode":1,"data":null})",
     SendAction::unknown_result},
    {"no_receipt", Transport::answered, 200, R"({"status":"ok","retcode":0,"data":null})",
     SendAction::unknown_result},
    {"no_group", Transport::answered, 200,
     R"({"status":"failed","retcode":100,"msg":"GROUP_NOT_FOUND","wording":"群聊不存在"})",
     SendAction::disable_chat},
    {"risk", Transport::answered, 200, R"({"status":"failed","retcode":100,"msg":"SEND_MSG_API_ERROR"})",
     SendAction::backoff},
    {"forbidden", Transport::answered, 403, "", SendAction::operator_},
    {"unauthorised", Transport::answered, 401, "", SendAction::operator_},
    {"unreadable", Transport::answered, 200,
     R"({"status":"failed","retcode":1200,"message":"消息体无法解析"})", SendAction::drop},
    {"no_action", Transport::answered, 404, "", SendAction::operator_},
    {"gateway", Transport::answered, 502, "<html>bad gateway</html>", SendAction::unknown_result},
    {"refused", Transport::refused, 0, "", SendAction::retry},
    {"lost", Transport::lost, 0, "", SendAction::unknown_result},
};

class OneBot11Classify : public testing::TestWithParam<Code> {};
TEST_P(OneBot11Classify, MatchesVector)
{
    EXPECT_EQ(classify(GetParam().transport, GetParam().status, GetParam().body).action, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(All, OneBot11Classify, testing::ValuesIn(codes),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(OneBot11Send, SplitsAtSentenceEndsAndLosesNothing)
{
    const std::string text = "第一句话。第二句话很长很长。第三句。";
    std::string joined;
    for (const std::string& part : split_text(text, 12)) {
        EXPECT_LE(bot::text::length(part), 12U);
        joined += part;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(split_text("短", 12).size(), 1U);
}

} // namespace
