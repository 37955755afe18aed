#include "bot/core/text.hpp"
#include "bot/doors/tencent/split.hpp"
#include "bot/doors/tencent/window.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace bot::doors::tencent;

std::string joined(const std::vector<std::string>& parts)
{
    std::string all;
    for (const std::string& part : parts)
        all += part;
    return all;
}

TEST(SplitBytes, CutsBehindSentences)
{
    EXPECT_EQ(split_bytes("短。", 2048), std::vector<std::string>{"短。"});
    EXPECT_EQ(split_bytes("", 10), std::vector<std::string>{""});
    EXPECT_EQ(split_bytes("一二三。四五六。七八", 24),
              (std::vector<std::string>{"一二三。四五六。", "七八"}));
    EXPECT_EQ(split_bytes("第一行很长\n第二行", 20), (std::vector<std::string>{"第一行很长\n", "第二行"}));
}

TEST(SplitBytes, LeavesAddressesWhole)
{
    const std::string address = "https://bot.example.org/p/abc?x=1&y=2";
    const auto parts = split_bytes("请点开这里报名参加活动" + address + "谢谢大家", 60);
    EXPECT_NE(std::find_if(parts.begin(), parts.end(),
                           [&](const std::string& part) { return part.find(address) != std::string::npos; }),
              parts.end());
}

TEST(SplitBytes, KeepsWhatBelongsToOneCharacterTogether)
{
    const std::string family = "👨\u200d👩\u200d👧";
    std::string text;
    for (int i = 0; i < 20; ++i)
        text += family;
    for (const std::string& part : split_bytes(text, 50))
        EXPECT_TRUE(part.starts_with("👨")) << part;
}

TEST(SplitBytes, AnyTextComesApartWithinTheLimitAndTogetherAgain)
{
    std::mt19937 random(7);
    const char* pieces[] = {"工会", "。", "a", "bc ", "\n", "🎉", "，", "https://a.b/c", "\n\n", "é"};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        const std::size_t length = random() % 200;
        for (std::size_t i = 0; i < length; ++i)
            text += pieces[random() % std::size(pieces)];
        const std::size_t limit = 16 + random() % 100;
        const auto parts = split_bytes(text, limit);
        EXPECT_EQ(joined(parts), text);
        for (const std::string& part : parts) {
            EXPECT_LE(part.size(), limit);
            EXPECT_TRUE(bot::text::is_utf8(part));
        }
    }
}

TEST(SlidingWindow, LetsSoManyThroughWithinTheSpan)
{
    SlidingWindow window(3, 1'000);
    EXPECT_EQ(window.take("a", 2, 0), 0);
    EXPECT_EQ(window.take("a", 2, 100), 900);
    EXPECT_EQ(window.take("a", 1, 100), 0);
    EXPECT_EQ(window.take("b", 3, 100), 0);
    EXPECT_EQ(window.left("a", 999), 0);
    EXPECT_EQ(window.take("a", 2, 1'000), 0);
    EXPECT_EQ(window.take("a", 1, 1'099), 1);
    window.give_back("a", 1);
    EXPECT_EQ(window.left("a", 1'099), 1);
}

TEST(SlidingWindow, StaysClosedAsLongAsThePlatformSays)
{
    SlidingWindow window(3, 1'000);
    window.close("a", 60'000);
    EXPECT_EQ(window.take("a", 1, 59'000), 1'000);
    EXPECT_EQ(window.take("b", 1, 59'000), 0);
    EXPECT_EQ(window.take("a", 1, 60'000), 0);
}

TEST(SlidingWindow, WhatNeverFitsTakesItAll)
{
    SlidingWindow window(3, 1'000);
    EXPECT_EQ(window.take("a", 7, 0), 0);
    EXPECT_EQ(window.take("a", 1, 10), 990);
}

} // namespace
