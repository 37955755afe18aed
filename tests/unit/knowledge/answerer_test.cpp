#include "bot/knowledge/answerer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
using namespace bot::knowledge;

constexpr std::int64_t november_2026 = 1'795'500'000'000;

/// The shipped cards, learnt once for all cases of this program.
const Answerer& shipped()
{
    static const ManualClock clock(november_2026);
    static const wording::Renderer words(LASTMETER_SOURCE_DIR "/templates/zh");
    static const auto answerer = [] {
        auto made = std::make_unique<Answerer>(clock, words, LASTMETER_MODEL);
        made->reload(LASTMETER_SOURCE_DIR "/templates/knowledge");
        return made;
    }();
    return *answerer;
}

struct Case {
    const char* name;
    const char* question;
    bool addressed;
    Action action;
    const char* topic; ///< "" = whatever
};

const Case cases[] = {
    {"arrears", "老板拖欠工资怎么办", true, Action::answer, "wage-arrears"},
    {"traditional", "老闆拖欠薪水怎麼辦", true, Action::answer, "wage-arrears"},
    {"homophone", "工商认定怎么弄", true, Action::answer, ""},
    {"join", "怎么入会", true, Action::answer, "union-join"},
    {"overtime", "加班费怎么算", true, Action::answer, "overtime-pay"},
    {"station", "最近的爱心驿站在哪", true, Action::answer, "rest-station"},
    {"plain_question_in_a_group", "老板拖欠工资怎么办", false, Action::answer, "wage-arrears"},
    {"chatter_question", "明天加班吗", false, Action::silent, ""},
    {"laughter", "哈哈哈", false, Action::silent, ""},
    {"paid", "发工资了请你们吃饭", false, Action::silent, ""},
    {"nonsense_addressed", "量子纠缠的哥本哈根诠释", true, Action::handoff, ""},
    {"crisis", "我不想活了", false, Action::handoff, ""},
    {"empty", "  ", true, Action::silent, ""},
};

class Answers : public testing::TestWithParam<Case> {};

TEST_P(Answers, AsAWorkerExpects)
{
    Asker asker;
    asker.addressed = GetParam().addressed;
    const Answer answer = shipped().ask(GetParam().question, asker);
    EXPECT_EQ(to_string(answer.action), std::string(to_string(GetParam().action)))
        << answer.topic << " " << answer.score;
    if (*GetParam().topic != 0) {
        EXPECT_EQ(answer.topic, GetParam().topic);
    }
}

INSTANTIATE_TEST_SUITE_P(All, Answers, testing::ValuesIn(cases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Answerer, NamesItsSource)
{
    const Answer answer = shipped().ask("老板拖欠工资怎么办", {});
    EXPECT_NE(answer.reply.find("《劳动法》第五十条"), std::string::npos) << answer.reply;
    EXPECT_EQ(answer.citations.front().law, "劳动法");
}

TEST(Answerer, APlaceAndATradeChooseTheVariant)
{
    Asker here, elsewhere;
    here.region = "621102001";
    elsewhere.region = "3301";
    const std::string in_gansu = shipped().show("maternity-leave", here).reply;
    EXPECT_NE(in_gansu, shipped().show("maternity-leave", elsewhere).reply);
    EXPECT_NE(in_gansu.find("180"), std::string::npos) << in_gansu;
}

TEST(Answerer, NamesTheRegionsWhereACardDiffersOnlyWhenNobodyKnowsWhere)
{
    Asker unknown, elsewhere;
    elsewhere.region = "0";
    EXPECT_EQ(shipped().show("maternity-leave", unknown).regions, std::vector<std::string>{"62"});
    EXPECT_TRUE(shipped().show("maternity-leave", elsewhere).regions.empty());
    EXPECT_TRUE(shipped().show("wage-arrears", unknown).regions.empty());
    EXPECT_EQ(shipped().region_name("62"), "甘肃");
    EXPECT_EQ(shipped().region_name("6299"), "6299");
}

TEST(Answerer, WithoutAPlaceNoLocalFigureIsShown)
{
    Asker unknown, here;
    here.region = "621102";
    const std::string local = shipped().show("minimum-wage", here).reply;
    EXPECT_NE(local, shipped().show("minimum-wage", unknown).reply);
}

struct Besides {
    const char* name;
    const char* question;
    const char* topic;
    const char* other;
};

const Besides besides[] = {
    {"two_questions", "老板拖欠工资怎么办？另外产假有多少天？", "wage-arrears", "maternity-leave"},
    {"two_without_marks", "老板拖欠工资怎么办，还有公积金怎么提取", "wage-arrears", "housing-fund"},
    {"one_story", "我在厂里干了三个月，老板一直拖欠工资不给，我该怎么办？", "wage-arrears", ""},
    {"one_short", "老板拖欠工资怎么办", "wage-arrears", ""},
};

class AsksBesides : public testing::TestWithParam<Besides> {};

TEST_P(AsksBesides, IsOfferedBehindTheAnswer)
{
    const Answer answer = shipped().ask(GetParam().question, {});
    const std::string topics = answer.topic + " " + answer.other;
    EXPECT_EQ(answer.action, Action::answer) << topics;
    if (*GetParam().topic != 0) {
        EXPECT_NE(topics.find(GetParam().topic), std::string::npos) << topics;
    }
    EXPECT_EQ(answer.other.empty(), *GetParam().other == 0) << topics;
    if (*GetParam().other != 0) {
        EXPECT_NE(topics.find(GetParam().other), std::string::npos) << topics;
        EXPECT_NE(answer.reply.find("您还问到"), std::string::npos) << answer.reply;
    }
}

INSTANTIATE_TEST_SUITE_P(All, AsksBesides, testing::ValuesIn(besides),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Answerer, FollowUpsKeepTheirTopic)
{
    const int number = shipped().follow_up_for("wage-arrears", "那要带什么材料");
    ASSERT_GE(number, 0);
    EXPECT_FALSE(shipped().follow_up("wage-arrears", static_cast<std::size_t>(number), {}).empty());
    EXPECT_EQ(shipped().follow_up_for("wage-arrears", "今天天气不错"), -1);
    EXPECT_EQ(shipped().follow_up("wage-arrears", 99, {}), "");
}

TEST(Answerer, TheHitTestTellsWhy)
{
    const auto told = shipped().explain("老闆拖欠工資怎麼辦", {});
    EXPECT_EQ(told["normalised"], "老板拖欠工资怎么办");
    EXPECT_EQ(told["topic"], "wage-arrears");
    ASSERT_FALSE(told["features"].empty());
    for (const auto& one : told["features"])
        EXPECT_FALSE(one["name"].get<std::string>().empty());
}

TEST(Answerer, AnExpiredCardIsNeverServed)
{
    const ManualClock later(2'000'000'000'000);
    const wording::Renderer words(LASTMETER_SOURCE_DIR "/templates/zh");
    Answerer answerer(later, words, LASTMETER_MODEL);
    answerer.reload(LASTMETER_SOURCE_DIR "/templates/knowledge");
    EXPECT_EQ(answerer.show("wage-arrears", {}).action, Action::silent);
    EXPECT_NE(answerer.ask("老板拖欠工资怎么办", {}).topic, "wage-arrears");
}

} // namespace
