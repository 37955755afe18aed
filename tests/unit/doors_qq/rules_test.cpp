#include "bot/doors/qq/keyboard.hpp"
#include "bot/doors/qq/links.hpp"
#include "bot/doors/qq/quota.hpp"
#include "bot/doors/qq/windows.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace {

using namespace bot;
using namespace bot::doors::qq;

constexpr std::int64_t now = 1'763'800'000'000;
const Chat group{ChatType::group, "G"};
using Groups = std::vector<std::string>;

TEST(QqWindows, AnswersTakeTheirPlacesOnce)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now, now);
    const auto first = windows.for_answer("m", 3, now);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->text(), "1 3 m");
    const auto second = windows.for_answer("m", 3, now);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->text(), "4 1 m");
    EXPECT_FALSE(windows.for_answer("m", 1, now));
    EXPECT_FALSE(windows.for_answer("other", 1, now));
}

TEST(QqWindows, CloseInTime)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now, now);
    windows.heard({ChatType::direct, "U"}, "p", now, now);
    EXPECT_TRUE(windows.for_answer("m", 1, now + 269'999));
    EXPECT_FALSE(windows.for_answer("m", 1, now + 270'000));
    EXPECT_TRUE(windows.for_answer("p", 1, now + 40 * 60'000));
    windows.close("p");
    EXPECT_FALSE(windows.for_answer("p", 1, now + 40 * 60'000));
}

TEST(QqWindows, OldNewsOpensNothing)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now - 300'000, now);
    EXPECT_FALSE(windows.for_answer("m", 1, now));
    windows.heard(group, "f", now + 3'600'000, now); // a clock that is wrong buys no time
    EXPECT_FALSE(windows.for_answer("f", 1, now + 270'000));
}

TEST(QqWindows, OneNoticeRidesBehindTheAnswer)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now, now);
    EXPECT_EQ(windows.openings(now), Groups());
    EXPECT_FALSE(windows.for_notice("G", "通知", 1, now));
    EXPECT_TRUE(windows.for_answer("m", 1, now));
    windows.answered("m");
    EXPECT_EQ(windows.openings(now), Groups{"G"});
    const auto ride = windows.for_notice("G", "通知", 1, now);
    ASSERT_TRUE(ride);
    EXPECT_EQ(ride->text(), "2 1 m");
    EXPECT_EQ(windows.openings(now), Groups());
    EXPECT_FALSE(windows.for_notice("G", "另一条", 1, now));
    windows.heard(group, "m2", now + 1, now + 1); // more talk in the same window brings no second notice
    windows.answered("m2");
    EXPECT_EQ(windows.openings(now + 1), Groups());
    EXPECT_EQ(windows.openings(now + 270'000), Groups{"G"});
}

/// Claimed, put back, claimed again: the same message keeps its places, another text never gets them.
TEST(QqWindows, TheSameNoticeGetsTheSamePlaces)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now, now);
    windows.answered("m");
    const auto ride = windows.for_notice("G", "通知", 2, now),
               again = windows.for_notice("G", "通知", 2, now + 5);
    ASSERT_TRUE(ride && again);
    EXPECT_EQ(ride->text(), again->text());
    EXPECT_FALSE(windows.for_notice("G", "通知", 2, now + 270'000));
}

TEST(QqWindows, ANoticeThatDoesNotFitWaits)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now, now);
    EXPECT_TRUE(windows.for_answer("m", 3, now));
    windows.answered("m");
    EXPECT_FALSE(windows.for_notice("G", "长", 2, now));
    EXPECT_TRUE(windows.for_notice("G", "短", 1, now));
}

/// An earlier run may have used places of what was said before this one began.
TEST(QqWindows, NothingRidesOnWhatWasSaidBeforeTheStart)
{
    Windows windows(WindowRules(), now);
    windows.heard(group, "m", now - 1'000, now);
    windows.answered("m");
    EXPECT_TRUE(windows.for_answer("m", 1, now));
    EXPECT_EQ(windows.openings(now), Groups());
}

TEST(QqWindows, ARepeatedMessageChangesNothing)
{
    Windows windows(WindowRules(), now - 1);
    windows.heard(group, "m", now, now);
    EXPECT_TRUE(windows.for_answer("m", 4, now));
    windows.heard(group, "m", now + 60'000, now + 60'000);
    EXPECT_FALSE(windows.for_answer("m", 1, now + 60'000));
}

/// Whatever is asked in whatever order, no pair of message and number is given to two different texts.
TEST(QqWindows, NoPlaceIsGivenTwice)
{
    std::uint32_t seed = 7;
    const auto random = [&seed](std::uint32_t below) {
        return (seed = seed * 1664525U + 1013904223U) / 65536U % below;
    };
    Windows windows(WindowRules(), now - 1);
    std::map<std::string, std::string> owner;
    std::map<std::string, std::int64_t> said; // what was said keeps its time however often it is told
    std::int64_t at = now;
    for (int step = 0; step < 20'000; ++step) {
        at += random(20'000);
        const std::string chat = "G" + std::to_string(random(3)),
                          to = "m" +
                               std::to_string(random(50) + static_cast<std::uint32_t>(step) / 200U * 50U);
        const std::string text = "t" + std::to_string(step);
        std::optional<Places> places;
        switch (random(4)) {
        case 0: windows.heard({ChatType::group, chat}, to, said.emplace(to, at).first->second, at); break;
        case 1: windows.answered(to); break;
        case 2: places = windows.for_answer(to, 1 + static_cast<int>(random(3)), at); break;
        default: places = windows.for_notice(chat, text, 1 + static_cast<int>(random(2)), at); break;
        }
        for (int i = 0; places && i < places->count; ++i) {
            EXPECT_LE(places->first + i, WindowRules().answers);
            EXPECT_TRUE(owner.emplace(places->to + "/" + std::to_string(places->first + i), text).second);
        }
    }
    EXPECT_GT(owner.size(), 100U);
}

TEST(QqPlaces, ReadWhatTheyWrote)
{
    const auto places = Places::parse("2 3 event:GROUP_ADD_ROBOT:a b");
    ASSERT_TRUE(places);
    EXPECT_EQ(places->first, 2);
    EXPECT_EQ(places->count, 3);
    EXPECT_EQ(places->to, "event:GROUP_ADD_ROBOT:a b");
    for (const char* text : {"", "x", "1", "1 ", "1 2", "1 2 ", "0 1 m", "-1 1 m", "1 x m"})
        EXPECT_FALSE(Places::parse(text)) << text;
}

TEST(QqQuota, ReadsWhatPeopleWrite)
{
    const auto quotas = parse_quotas("20/min,1000/day");
    ASSERT_EQ(quotas.size(), 2U);
    EXPECT_EQ(quotas[1].period_ms, 86'400'000);
    EXPECT_TRUE(parse_quotas("").empty());
    for (const char* text : {"20", "20/week", "0/min", "-1/min", "x/min", "20/min;3/h"})
        EXPECT_THROW(parse_quotas(text), std::invalid_argument) << text;
}

TEST(QqQuota, SlidesAndLearns)
{
    ChatQuotas quotas(parse_quotas("2/min,3/h"));
    EXPECT_EQ(quotas.admit("a", 1, now), 0);
    EXPECT_EQ(quotas.admit("a", 1, now + 10'000), 0);
    EXPECT_EQ(quotas.admit("a", 1, now + 20'000), 40'000);
    EXPECT_EQ(quotas.admit("b", 1, now + 20'000), 0);
    EXPECT_EQ(quotas.admit("a", 1, now + 60'000), 0);
    EXPECT_EQ(quotas.admit("a", 1, now + 200'000), 3'400'000);
    quotas.learn("b", now + 500'000);
    EXPECT_EQ(quotas.admit("b", 1, now + 100'000), 400'000);
    EXPECT_EQ(quotas.admit("c", 5, now), 0) << "a long text gets the whole window";
}

TEST(QqLinks, AreFoundAndCompared)
{
    EXPECT_EQ(linked_hosts("见 https://Bot.Example.org/p/12?a=b.com，或 www.gov.cn。"),
              (Groups{"bot.example.org", "www.gov.cn"}));
    EXPECT_EQ(linked_hosts("在 job.dingxi.cn/x 报名"), Groups{"job.dingxi.cn"});
    EXPECT_EQ(linked_hosts("工资 3.5 万，每天 8:30-17:00，1.2.3 条，a.b，邮箱 me@qq.com"), Groups());
    EXPECT_EQ(undeclared_hosts("https://a.example.org https://notexample.org", {"example.org"}),
              Groups{"notexample.org"});
    EXPECT_EQ(undeclared_hosts("https://example.org.evil.com", {"example.org"}),
              Groups{"example.org.evil.com"});
}

TEST(QqKeyboard, OffersWhatTheTextOffers)
{
    const auto choices =
        choices_of("您想问的是哪一个？\n1. 工伤认定怎么申请需要哪些材料\n2. 工伤待遇\n回复数字就行");
    ASSERT_EQ(choices.size(), 2U);
    EXPECT_EQ(choices[0].label, "工伤认定怎么申请需要");
    const auto follow = choices_of("先申请认定。\n回复 1 看材料，2 看去哪办\n依据：《工伤保险条例》第十七条");
    ASSERT_EQ(follow.size(), 2U);
    EXPECT_EQ(follow[1].number, "2");
    EXPECT_EQ(follow[1].label, "去哪办");
    EXPECT_TRUE(choices_of("2026. 年").empty());
    const auto keyboard = keyboard_of(choices);
    EXPECT_EQ(keyboard["content"]["rows"][0]["buttons"].size(), 2U);
    EXPECT_EQ(keyboard["content"]["rows"][0]["buttons"][1]["action"]["data"], "2");
}

TEST(QqKeyboard, MarkdownShowsTheTextAsItIs)
{
    EXPECT_EQ(as_markdown("a*b\n<c>"), "a\\*b\n\n\\<c\\>");
}

} // namespace
