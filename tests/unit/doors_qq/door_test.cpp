#include "tests/unit/doors_qq/platform.hpp"

#include <boost/asio/co_spawn.hpp>

namespace {

using namespace qq_test;
using testing_support::run_coro;

const char* const duplicate_free = "no pair was shown twice";

TEST(QqDoor, AcknowledgesAnswersAndCounts)
{
    House house;
    const auto response = house.post(house.message("m1"));
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body, R"({"op":12,"d":0})");
    ASSERT_EQ(house.platform.messages.size(), 1U);
    EXPECT_EQ(house.platform.messages[0],
              json::parse(R"({"msg_type":0,"content":"答","msg_id":"m1","msg_seq":1})"));
    EXPECT_EQ(house.platform.paths[0], "POST /v2/groups/G/messages");
    EXPECT_EQ(house.platform.tokens_lent, 1);
    EXPECT_GT(house.door->health().last_success_ms, 0);
}

TEST(QqDoor, ProvesItselfWhenTheAddressIsSaved)
{
    House house;
    const auto response = house.post(R"({"op":13,"d":{"plain_token":"tk","event_ts":"1763800001"}})");
    EXPECT_EQ(response.status, 200U);
    const json body = json::parse(response.body);
    EXPECT_EQ(body["plain_token"], "tk");
    EXPECT_EQ(body["signature"], doors::qq::Signer(secret).sign("1763800001tk"));
}

TEST(QqDoor, SignsNothingForAStranger)
{
    House house;
    EXPECT_EQ(house.post(R"({"op":13,"d":{"plain_token":"tk","event_ts":"1763800001"}})", {}).status, 401U);
}

TEST(QqDoor, AnswersHeartbeats)
{
    House house;
    EXPECT_EQ(house.post(R"({"op":1,"d":7})").body, R"({"op":11,"d":7})");
}

TEST(QqDoor, HandlesARedeliveryOnce)
{
    House house;
    const std::string body = house.message("m1");
    house.post(body);
    EXPECT_EQ(house.post(body).status, 200U);
    EXPECT_EQ(house.heard.size(), 1U);
    EXPECT_EQ(house.platform.messages.size(), 1U);
}

TEST(QqDoor, KeepsWithinTheBudgetOfAnswers)
{
    House house([](auto& settings) { settings.text_limit = 100; });
    for (int i = 0; i < 600; ++i)
        house.answer += "长";
    house.post(house.message("m1"));
    ASSERT_EQ(house.platform.messages.size(), 4U);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(house.platform.messages[static_cast<std::size_t>(i)]["msg_seq"], i + 1);
    Outgoing late = House::a_notice("补一句");
    late.reply_to = "m1";
    EXPECT_EQ(house.send(late).action, SendAction::window_closed);
}

TEST(QqDoor, ALostAnswerIsAskedForUnderTheSamePair)
{
    House house;
    house.platform.script.push_back({504, "", true}); // shown, but its answer got lost
    house.post(house.message("m1"));
    ASSERT_EQ(house.platform.messages.size(), 2U);
    EXPECT_EQ(house.platform.messages[0], house.platform.messages[1]);
    EXPECT_EQ(house.platform.shown_texts.size(), 1U) << duplicate_free;
    EXPECT_GT(house.door->health().last_success_ms, 0);
}

TEST(QqDoor, ARefusedTokenIsReplacedOnce)
{
    House house;
    house.post(house.message("m1"));
    house.platform.good_token = "another"; // the platform forgot ours
    house.post(house.message("m2"));
    EXPECT_EQ(house.platform.tokens_lent, 2);
    EXPECT_EQ(house.platform.shown_texts.size(), 2U);
}

TEST(QqDoor, OneTokenForAllWhoWait)
{
    House house([](auto& settings) { settings.pushes = true; });
    int ended = 0;
    for (int i = 0; i < 20; ++i)
        asio::co_spawn(house.context, house.door->send(House::a_notice("通知", "G" + std::to_string(i))),
                       [&](std::exception_ptr, SendOutcome outcome) {
                           ended += outcome.delivered() ? 1 : 0;
                           if (ended == 20)
                               house.context.stop();
                       });
    house.context.restart();
    house.context.run_for(testing_support::patience);
    EXPECT_EQ(ended, 20);
    EXPECT_EQ(house.platform.tokens_lent, 1);
}

TEST(QqDoor, TheTokenIsRenewedBeforeItEnds)
{
    House house;
    house.post(house.message("m1"));
    house.clock.advance_ms(7'200'000 - 60'000);
    house.post(house.message("m2"));
    EXPECT_EQ(house.platform.tokens_lent, 1);
    house.clock.advance_ms(11'000);
    house.post(house.message("m3"));
    EXPECT_EQ(house.platform.tokens_lent, 2);
    EXPECT_EQ(house.platform.shown_texts.size(), 3U);
}

TEST(QqDoor, WrongCredentialsAreTheOperatorsBusiness)
{
    House house([](auto& settings) { settings.pushes = true; });
    house.platform.token_body = R"({"code":100016,"message":"invalid appid or secret"})";
    const SendOutcome outcome = house.notify("通知");
    EXPECT_EQ(outcome.action, SendAction::operator_);
    EXPECT_FALSE(house.door->health().connected);
    EXPECT_NE(house.door->health().detail.find("secret"), std::string::npos);
    house.platform.token_body.clear();
    EXPECT_TRUE(house.notify("通知").delivered());
    EXPECT_TRUE(house.door->health().connected);
}

TEST(QqDoor, NoticesWaitForAnOpeningAndRideOnIt)
{
    House house;
    EXPECT_EQ(house.door->capabilities().push, PushMode::next_opening);
    EXPECT_EQ(house.notify("通知").action, SendAction::window_closed);
    EXPECT_TRUE(house.door->openings().empty());
    house.post(house.message("m1"));
    EXPECT_EQ(house.door->openings(), std::vector<std::string>{"G"});
    EXPECT_TRUE(house.notify("通知").delivered());
    EXPECT_EQ(house.platform.messages.back(),
              json::parse(R"({"msg_type":0,"content":"通知","msg_id":"m1","msg_seq":2})"));
    EXPECT_TRUE(house.door->openings().empty());
    EXPECT_EQ(house.notify("另一条").action, SendAction::window_closed);
}

TEST(QqDoor, AWelcomeOpensTheGroup)
{
    House house;
    house.post(house.told("GROUP_ADD_ROBOT", "e1"));
    ASSERT_EQ(house.heard.size(), 1U);
    EXPECT_EQ(house.heard[0].happening, Happening::bot_joined);
    EXPECT_TRUE(house.notify("大家好").delivered());
    EXPECT_EQ(
        house.platform.messages.back(),
        json::parse(R"({"msg_type":0,"content":"大家好","event_id":"GROUP_ADD_ROBOT:e1","msg_seq":1})"));
}

TEST(QqDoor, ALookUpHandsTheSamePairInAgain)
{
    House house;
    house.post(house.message("m1"));
    Outgoing notice = House::a_notice("通知");
    notice.dedupe_handle = house.door->fix_handle(notice);
    ASSERT_EQ(notice.dedupe_handle, "2 1 m1");
    const std::int64_t intent = house.clock.now_ms();
    EXPECT_EQ(run_coro(house.context, house.door->look_up(notice, intent)), Sighting::present);
    EXPECT_EQ(run_coro(house.context, house.door->look_up(notice, intent)), Sighting::present);
    EXPECT_TRUE(house.send(notice).delivered());
    EXPECT_EQ(house.platform.shown_texts, (std::vector<std::string>{"答", "通知"})) << duplicate_free;
    house.clock.advance_ms(300'000);
    EXPECT_EQ(run_coro(house.context, house.door->look_up(notice, intent)), Sighting::cannot_tell);
    EXPECT_EQ(run_coro(house.context, house.door->look_up(House::a_notice("无号"), intent)),
              Sighting::cannot_tell);
}

TEST(QqDoor, AnUnansweredPushStaysUnknown)
{
    House house([](auto& settings) { settings.pushes = true; });
    house.platform.script.push_back({504, "", true});
    EXPECT_EQ(house.notify("通知").action, SendAction::unknown_result);
    EXPECT_EQ(house.platform.messages.size(), 1U) << "nothing proves that it did not go";
}

TEST(QqDoor, ConsentIsObeyedAtOnce)
{
    House house([](auto& settings) { settings.pushes = true; });
    EXPECT_TRUE(house.notify("一").delivered());
    house.post(house.told("GROUP_MSG_REJECT", "e1"));
    EXPECT_EQ(house.heard.back().happening, Happening::push_disabled);
    EXPECT_EQ(house.notify("二").action, SendAction::disable_push);
    house.post(house.message("m1"));
    EXPECT_EQ(house.platform.shown_texts.back(), "答") << "answers stay allowed";
    EXPECT_EQ(house.notify("二").action, SendAction::disable_push) << "also when someone has spoken";
    house.post(house.told("GROUP_MSG_RECEIVE", "e2"));
    EXPECT_TRUE(house.notify("二").delivered());
}

TEST(QqDoor, ABotThatMayPushNowhereWaitsForOpenings)
{
    House house([](auto& settings) { settings.pushes = true; });
    EXPECT_EQ(house.door->capabilities().push, PushMode::automatic);
    house.platform.script.push_back({400, R"({"code":40034102,"message":"no right"})", false});
    EXPECT_EQ(house.notify("通知").action, SendAction::window_closed);
    EXPECT_EQ(house.door->capabilities().push, PushMode::next_opening);
    house.post(house.message("m1"));
    EXPECT_TRUE(house.notify("通知").delivered());
}

TEST(QqDoor, AGroupThatRefusesIsLeftInPeace)
{
    House house([](auto& settings) { settings.pushes = true; });
    EXPECT_TRUE(house.notify("通知", "H").delivered());
    house.platform.script.push_back({400, R"({"code":40034105,"message":"closed"})", false});
    EXPECT_EQ(house.notify("通知").action, SendAction::disable_push);
    EXPECT_EQ(house.door->capabilities().push, PushMode::automatic);
}

TEST(QqDoor, WhereTheGroupWelcomesNoticesTheyGoUnasked)
{
    House house;
    house.post(house.told("GROUP_MSG_RECEIVE", "e1"));
    EXPECT_EQ(house.door->openings(), std::vector<std::string>{"G"});
    EXPECT_TRUE(house.notify("一").delivered());
    EXPECT_EQ(house.platform.messages.back()["event_id"], "GROUP_MSG_RECEIVE:e1");
    EXPECT_TRUE(house.notify("二").delivered());
    EXPECT_FALSE(house.platform.messages.back().contains("event_id"));
    house.platform.script.push_back({400, R"({"code":40034102,"message":"no right"})", false});
    EXPECT_EQ(house.notify("三").action, SendAction::window_closed);
    EXPECT_TRUE(house.door->openings().empty());
}

TEST(QqDoor, AChatsShareIsKept)
{
    House house([](auto& settings) {
        settings.pushes = true;
        settings.chat_quotas = {{2, 60'000}};
    });
    EXPECT_TRUE(house.notify("一").delivered());
    EXPECT_TRUE(house.notify("二").delivered());
    const SendOutcome third = house.notify("三");
    EXPECT_EQ(third.action, SendAction::backoff);
    EXPECT_EQ(third.scope, Scope::chat);
    EXPECT_EQ(third.retry_after_ms, 60'000);
    EXPECT_TRUE(house.notify("三", "H").delivered());
    EXPECT_EQ(house.platform.messages.size(), 3U);
    house.platform.script.push_back({429, R"({"code":40034100,"message":"too often"})", false});
    EXPECT_EQ(house.notify("四", "J").action, SendAction::backoff);
    EXPECT_EQ(house.notify("四", "J").retry_after_ms, 60'000) << "learnt, not asked again";
    EXPECT_EQ(house.platform.messages.size(), 4U);
}

TEST(QqDoor, LinksNeedADeclaredDomain)
{
    House house([](auto& settings) {
        settings.pushes = true;
        settings.link_domains = {"example.org"};
    });
    EXPECT_TRUE(house.door->lint("报名 https://bot.example.org/p/1").empty());
    ASSERT_EQ(house.door->lint("报名 https://other.cn/p/1").size(), 1U);
    EXPECT_EQ(house.notify("报名 https://other.cn/p/1").action, SendAction::content);
    EXPECT_TRUE(house.platform.messages.empty());
    EXPECT_TRUE(house.notify("报名 https://bot.example.org/p/1").delivered());
}

TEST(QqDoor, MarkdownFallsBackToText)
{
    House house([](auto& settings) { settings.markdown = true; });
    house.answer = "您想问的是哪一个？\n1. 工伤\n2. 工资";
    house.platform.script.push_back({400, R"({"code":304036,"message":"no markdown"})", false});
    house.post(house.message("m1"));
    house.post(house.message("m2"));
    ASSERT_EQ(house.platform.messages.size(), 3U);
    EXPECT_EQ(house.platform.messages[0]["msg_type"], 2);
    EXPECT_TRUE(house.platform.messages[0].contains("keyboard"));
    EXPECT_EQ(house.platform.messages[1]["msg_type"], 0);
    EXPECT_EQ(house.platform.messages[1]["msg_seq"], 1);
    EXPECT_EQ(house.platform.messages[2]["msg_type"], 0) << "remembered";
}

TEST(QqDoor, WhatIsTooLongIsSaidShorter)
{
    House house;
    for (int i = 0; i < 500; ++i)
        house.answer += "字";
    house.platform.script.push_back({400, R"({"code":40054007,"message":"too long"})", false});
    house.post(house.message("m1"));
    std::string joined;
    for (const std::string& text : house.platform.shown_texts)
        joined += text;
    EXPECT_EQ(joined, house.answer);
    EXPECT_GT(house.platform.shown_texts.size(), 1U);
}

TEST(QqDoor, AReviewIsWaitedFor)
{
    House house([](auto& settings) { settings.pushes = true; });
    for (const char* verdict : {"MESSAGE_AUDIT_PASS", "MESSAGE_AUDIT_REJECT"}) {
        const std::string id = verdict, text = "通知 " + id;
        house.platform.script.push_back(
            {202,
             R"({"code":304023,"message":"audit","data":{"message_audit":{"audit_id":")" + id + R"("}}})",
             false});
        EXPECT_EQ(house.notify(text).action, SendAction::review);
        EXPECT_EQ(run_coro(house.context, house.door->look_up(House::a_notice(text), house.clock.now_ms())),
                  Sighting::cannot_tell);
        house.post(json{{"op", 0}, {"id", id + ":1"}, {"t", id}, {"d", {{"audit_id", id}}}}.dump());
        EXPECT_EQ(run_coro(house.context, house.door->look_up(House::a_notice(text), house.clock.now_ms())),
                  id == "MESSAGE_AUDIT_PASS" ? Sighting::present : Sighting::refused);
    }
}

TEST(QqDoor, AButtonIsAcknowledgedAndAnswered)
{
    House house;
    house.post(
        R"({"op":0,"id":"INTERACTION_CREATE:x","t":"INTERACTION_CREATE","d":{"id":"i1","group_openid":"G","group_member_openid":"M","data":{"resolved":{"button_data":"1"}}}})");
    ASSERT_EQ(house.platform.paths.size(), 2U);
    EXPECT_EQ(house.platform.paths[0], "PUT /interactions/i1");
    EXPECT_EQ(house.platform.messages[0]["event_id"], "INTERACTION_CREATE:x");
}

TEST(QqDoor, PrivateMessagesAreAnsweredInPrivate)
{
    House house;
    house.post(json{{"op", 0},
                    {"id", "C2C_MESSAGE_CREATE:c"},
                    {"t", "C2C_MESSAGE_CREATE"},
                    {"d",
                     {{"id", "c"},
                      {"author", {{"user_openid", "U"}}},
                      {"content", "你好"},
                      {"timestamp", std::to_string(house.clock.now_ms() / 1000)}}}}
                   .dump());
    ASSERT_EQ(house.platform.paths.size(), 1U);
    EXPECT_EQ(house.platform.paths[0], "POST /v2/users/U/messages");
}

} // namespace
