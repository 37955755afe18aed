#include "bot/core/text.hpp"
#include "bot/doors/qq/classify.hpp"
#include "bot/doors/qq/send.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using namespace bot::doors::qq;
using nlohmann::json;

Part part(std::string text, std::string reply_to = "", int sequence = 1)
{
    Part one;
    one.chat = {ChatType::group, "GGGG"};
    one.text = std::move(text);
    one.reply_to = std::move(reply_to);
    one.sequence = sequence;
    return one;
}

TEST(QqSend, AnswersNameTheMessageAndCount)
{
    const Call call = message_call(part("入会不收费", "ROBOT1.0_m1"));
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.path, "/v2/groups/GGGG/messages");
    EXPECT_EQ(json::parse(call.body),
              json::parse(R"({"msg_type":0,"content":"入会不收费","msg_id":"ROBOT1.0_m1","msg_seq":1})"));
    EXPECT_EQ(json::parse(message_call(part("第二段", "ROBOT1.0_m1", 2)).body)["msg_seq"], 2);
}

TEST(QqSend, WhatNobodyAskedForNamesNothing)
{
    EXPECT_EQ(json::parse(message_call(part("明天体检")).body),
              json::parse(R"({"msg_type":0,"content":"明天体检"})"));
}

TEST(QqSend, EventsAreAnsweredByTheirId)
{
    EXPECT_EQ(
        json::parse(message_call(part("大家好", "event:GROUP_ADD_ROBOT:ev5")).body),
        json::parse(R"({"msg_type":0,"content":"大家好","event_id":"GROUP_ADD_ROBOT:ev5","msg_seq":1})"));
}

TEST(QqSend, MarkdownCarriesButtons)
{
    Part one = part("**公告**\n1. 看材料");
    one.chat = {ChatType::direct, "U/U"};
    one.markdown = true;
    const Call call = message_call(one);
    EXPECT_EQ(call.path, "/v2/users/U%2FU/messages");
    const json body = json::parse(call.body);
    EXPECT_EQ(body["msg_type"], 2);
    EXPECT_TRUE(body.contains("keyboard"));
    EXPECT_FALSE(body.contains("content"));
}

TEST(QqSend, SplitsAtSentenceEndsAndLosesNothing)
{
    const std::string text = "第一句话。第二句话很长很长。第三句。";
    std::string joined;
    for (const std::string& one : split_text(text, 12)) {
        EXPECT_LE(text::length(one), 12U);
        joined += one;
    }
    EXPECT_EQ(joined, text);
}

struct Code {
    std::int64_t code;
    SendAction action;
};

const Code codes[] = {
    {11244, SendAction::refresh_token},
    {11243, SendAction::refresh_token},
    {11241, SendAction::operator_},
    {11251, SendAction::operator_},
    {11253, SendAction::operator_},
    {11254, SendAction::operator_},
    {11265, SendAction::operator_},
    {100007, SendAction::operator_},
    {100016, SendAction::operator_},
    {10004, SendAction::operator_},
    {11242, SendAction::retry},
    {11252, SendAction::retry},
    {11263, SendAction::retry},
    {11281, SendAction::retry},
    {22009, SendAction::backoff},
    {100001, SendAction::backoff},
    {40034100, SendAction::backoff},
    {304103, SendAction::window_closed},
    {304027, SendAction::window_closed},
    {40034005, SendAction::window_closed},
    {40034128, SendAction::window_closed},
    {40034024, SendAction::drop},
    {40034025, SendAction::window_closed},
    {40034026, SendAction::window_closed},
    {40034027, SendAction::window_closed},
    {40034006, SendAction::content},
    {1100100, SendAction::content},
    {1100101, SendAction::content},
    {1100104, SendAction::disable_chat},
    {40034101, SendAction::disable_chat},
    {40054003, SendAction::disable_chat},
    {40034102, SendAction::disable_push},
    {40034105, SendAction::disable_push},
    {40054013, SendAction::disable_push},
    {40054002, SendAction::backoff},
    {850018, SendAction::backoff},
    {40054004, SendAction::disable_chat},
    {40054005, SendAction::sent},
    {40054007, SendAction::shorten},
    {40054018, SendAction::shorten},
    {40054010, SendAction::content},
    {304003, SendAction::content},
    {40054016, SendAction::operator_},
    {304036, SendAction::operator_},
    {40034127, SendAction::operator_},
    {50056, SendAction::operator_},
    {40034004, SendAction::retry},
    {50055001, SendAction::retry},
    {50055002, SendAction::retry},
    {50055006, SendAction::retry},
    {40093001, SendAction::retry},
    {40093002, SendAction::backoff},
    {304023, SendAction::review},
    {304024, SendAction::review},
    {40064004, SendAction::drop},
    {40062003, SendAction::drop},
    {306004, SendAction::drop},
    {304022, SendAction::backoff},
    {49999999, SendAction::backoff},
};

SendOutcome classified(unsigned status, const std::string& body)
{
    Answer answer;
    answer.transport = Transport::answered;
    answer.status = status;
    answer.body = body;
    return classify(answer);
}

class QqCode : public testing::TestWithParam<Code> {};
TEST_P(QqCode, SaysWhatToDoAndWhy)
{
    const std::string number = std::to_string(GetParam().code);
    const SendOutcome outcome =
        classified(400, R"({"message":"x","err_code":)" + number + R"(,"code":1,"trace_id":"t"})");
    EXPECT_EQ(to_string(outcome.action), std::string(to_string(GetParam().action)));
    EXPECT_FALSE(outcome.reason.empty());
    EXPECT_NE(outcome.platform_words.find(number), std::string::npos);
    EXPECT_EQ(classified(400, R"({"message":"x","code":)" + number + "}").action, GetParam().action);
}
INSTANTIATE_TEST_SUITE_P(All, QqCode, testing::ValuesIn(codes),
                         [](const auto& one) { return "code_" + std::to_string(one.param.code); });

struct Reply {
    const char* name;
    unsigned status;
    const char* body;
    SendAction action;
};

const Reply replies[] = {
    {"ok", 200, R"({"id":"ROBOT1.0_out","timestamp":"2026-01-01T00:00:00+08:00"})", SendAction::ok},
    {"no_receipt", 200, R"({"timestamp":"2026-01-01T00:00:00+08:00"})", SendAction::unknown_result},
    {"empty_200", 200, "", SendAction::unknown_result},
    {"review", 202, R"({"code":304023,"message":"waiting","data":{"message_audit":{"audit_id":"A1"}}})",
     SendAction::review},
    {"error_in_200", 200, R"({"code":100016,"message":"invalid appid or secret"})", SendAction::operator_},
    {"unauthorised", 401, "", SendAction::refresh_token},
    {"limit", 429, "", SendAction::backoff},
    {"limit_code", 429, R"({"code":100001,"message":"too many requests"})", SendAction::backoff},
    {"gateway", 504, "", SendAction::unknown_result},
    {"server", 500, R"({"code":1,"message":"x"})", SendAction::unknown_result},
    {"bad", 400, "", SendAction::drop},
    {"forbidden", 403, "", SendAction::operator_},
};

class QqReply : public testing::TestWithParam<Reply> {};
TEST_P(QqReply, IsClassified)
{
    EXPECT_EQ(classified(GetParam().status, GetParam().body).action, GetParam().action);
}
INSTANTIATE_TEST_SUITE_P(All, QqReply, testing::ValuesIn(replies),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(QqClassify, NamesReviewsAndWaits)
{
    EXPECT_EQ(
        classified(202, R"({"code":304023,"data":{"message_audit":{"audit_id":"A1"}}})").platform_message_id,
        "A1");
    EXPECT_EQ(classified(429, "").retry_after_ms, 60'000);
    EXPECT_EQ(classify({Transport::refused, 0, "", "", 0}).action, SendAction::retry);
    EXPECT_EQ(classify({Transport::lost, 0, "", "", 0}).action, SendAction::unknown_result);
    EXPECT_EQ(classify({Transport::answered, 429, "", "t", 120'000}).retry_after_ms, 120'000);
    EXPECT_TRUE(lacks_markdown(classified(400, R"({"code":50056})")));
    EXPECT_TRUE(may_push_nowhere(classified(400, R"({"code":40034102})")));
    EXPECT_FALSE(may_push_nowhere(classified(400, R"({"code":40034105})")));
}

net::LentToken token(unsigned status, const char* body)
{
    Answer answer;
    answer.transport = Transport::answered;
    answer.status = status;
    answer.body = body;
    return read_token(answer);
}

TEST(QqToken, IsReadInBothSpellings)
{
    EXPECT_EQ(token(200, R"({"access_token":"t","expires_in":"7200"})").lifetime_ms, 7'200'000);
    EXPECT_EQ(token(200, R"({"access_token":"t","expires_in":60})").lifetime_ms, 60'000);
    EXPECT_EQ(token(200, R"({"code":100016,"message":"invalid appid or secret"})").trouble.action,
              SendAction::operator_);
    EXPECT_EQ(token(200, R"({"access_token":""})").trouble.action, SendAction::retry);
    EXPECT_EQ(token(401, "").trouble.action, SendAction::operator_);
    EXPECT_EQ(token(500, "").trouble.action, SendAction::retry);
    EXPECT_EQ(token(429, "").trouble.action, SendAction::backoff);
}

} // namespace
