#include "bot/core/text.hpp"
#include "bot/doors/sandbox/limits.hpp"
#include "bot/doors/sandbox/records.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace {

using namespace bot;
using namespace bot::doors::sandbox;

const Capabilities& rules_of(std::string_view name)
{
    for (const Record& record : records())
        if (record.name == name)
            return record.capabilities;
    throw std::out_of_range("no such record");
}

struct Vector {
    const char* record;
    bool group, mention, direct; ///< heard when said in a group, with a mention, in private
};

void PrintTo(const Vector& vector, std::ostream* out)
{
    *out << vector.record;
}

class SandboxHearing : public testing::TestWithParam<Vector> {};

TEST_P(SandboxHearing, FollowsTheRecord)
{
    const Capabilities& can = rules_of(GetParam().record);
    Line line;
    EXPECT_EQ(hears(can, line), GetParam().group);
    line.mention = true;
    EXPECT_EQ(hears(can, line), GetParam().mention);
    line.mention = false;
    line.chat.type = ChatType::direct;
    EXPECT_EQ(hears(can, line), GetParam().direct);
}

const Vector vectors[] = {
    {"sandbox", true, true, true},       {"everything", true, true, true},
    {"mention-only", false, true, true}, {"answers-only", false, true, true},
    {"push-only", false, false, false},
};
std::string name_of(const testing::TestParamInfo<Vector>& one)
{
    std::string name = one.param.record;
    std::erase(name, '-');
    return name;
}
INSTANTIATE_TEST_SUITE_P(All, SandboxHearing, testing::ValuesIn(vectors), name_of);

TEST(SandboxOpening, ClosesAfterItsTimeOrItsAnswers)
{
    const Capabilities& can = rules_of("mention-only");
    Line heard;
    heard.time_ms = 1'000'000;
    EXPECT_EQ(opening_of(can, heard, 1'000'000).left, 5);
    EXPECT_TRUE(opening_of(can, heard, 1'300'000).open);
    EXPECT_FALSE(opening_of(can, heard, 1'300'001).open);
    heard.answers = 5;
    EXPECT_FALSE(opening_of(can, heard, 1'000'000).open);
    EXPECT_TRUE(opening_of(rules_of("sandbox"), heard, 9'000'000).open);
    EXPECT_FALSE(opening_of(rules_of("push-only"), heard, 1'000'000).open);
}

TEST(SandboxParts, CutsAtLineEndsAndLosesNothing)
{
    const auto parts = in_parts("第一行很长\n第二行\n三", 8);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0], "第一行很长");
    EXPECT_EQ(parts[1], "第二行\n三");
}

TEST(SandboxParts, CutsInsideALineThatIsTooLong)
{
    std::string text;
    for (int i = 0; i < 25; ++i)
        text += "字";
    std::string joined;
    for (const std::string& part : in_parts(text, 10)) {
        EXPECT_LE(text::length(part), 10U);
        joined += part;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(in_parts("", 10).size(), 1U);
}

} // namespace
