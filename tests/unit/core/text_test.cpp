#include "bot/core/text.hpp"

#include <gtest/gtest.h>

namespace {

namespace text = bot::text;

struct Normal {
    const char* name;
    const char* given;
    const char* expected;
};

const Normal normals[] = {
    {"full_width", "ＡＢＣ１２３", "abc123"},
    {"traditional", "老闆拖欠薪水怎麼辦", "老板拖欠薪水怎么办"},
    {"zero_width", "工\xE2\x80\x8B伤", "工伤"},
    {"emoji", "工资😀呢", "工资呢"},
    {"blanks", "  加班\n\n 费 ", "加班 费"},
    {"control",
     "a\x07"
     "b",
     "ab"},
};

class Normalise : public testing::TestWithParam<Normal> {};
TEST_P(Normalise, GivesOneForm)
{
    EXPECT_EQ(text::normalise(GetParam().given), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(All, Normalise, testing::ValuesIn(normals),
                         [](const auto& one) { return std::string(one.param.name); });

struct Number {
    const char* name;
    const char* given;
    int expected; ///< -1 = none
};

const Number numbers[] = {{"half", "3", 3},       {"full", "３", 3},        {"chinese", "三", 3},
                          {"twelve", "十二", 12}, {"twenty", "二十", 20},   {"ordinal", "第2个", 2},
                          {"dotted", "1、", 1},   {"two", "两个", 2},       {"word", "三个月", -1},
                          {"empty", "", -1},      {"sentence", "12333", -1}};

class AsNumber : public testing::TestWithParam<Number> {};
TEST_P(AsNumber, ReadsWhatPeopleType)
{
    EXPECT_EQ(text::as_number(GetParam().given).value_or(-1), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(All, AsNumber, testing::ValuesIn(numbers),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Text, LogLinesHoldNoControlAndNoPhone)
{
    EXPECT_EQ(text::for_log("a\r\nb\x1b[31m 13812345678"), "a  b [31m 138********");
}

TEST(Text, PrefixNeverCutsACharacter)
{
    EXPECT_EQ(text::prefix("工会好", 2), "工会");
    EXPECT_EQ(text::length("工会ab"), 4U);
    EXPECT_FALSE(text::is_utf8("\xff\xfe"));
}

} // namespace
