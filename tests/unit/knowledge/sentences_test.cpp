#include "bot/knowledge/sentences.hpp"

#include <gtest/gtest.h>

namespace {

using bot::knowledge::asks;
using bot::knowledge::sentences;
using Parts = std::vector<std::string_view>;

TEST(Sentences, CutsAtEndsAndKeepsQuestionMarks)
{
    EXPECT_EQ(sentences("我上班三年了。老板不发工资!怎么办?谢谢"),
              (Parts{"我上班三年了", "老板不发工资", "怎么办?", "谢谢"}));
    EXPECT_EQ(sentences(""), Parts{});
}

TEST(Sentences, CutsALongOneAtItsCommas)
{
    const std::string_view story =
        "我在这个厂里干了五年一直没有签过劳动合同也没有交过社会保险,现在老板说不要我了,要不要赔钱";
    EXPECT_EQ(sentences(story).size(), 3U);
}

TEST(Sentences, KnowsAQuestion)
{
    for (const char* text : {"工资没发怎么办", "算工伤吗", "加班费多少", "?"})
        EXPECT_TRUE(asks(text)) << text;
    for (const char* text : {"今天又加班", "哈哈哈", "我到了"})
        EXPECT_FALSE(asks(text)) << text;
}

} // namespace
