#include "bot/doors/onebot11/cq_code.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot::doors::onebot11;

Segment text(const char* words)
{
    return {"text", {{"text", words}}};
}

struct Parse {
    const char* name;
    const char* message;
    std::vector<Segment> expected;
};

const Parse parses[] = {
    {"plain", "你好", {text("你好")}},
    {"at", "[CQ:at,qq=10001] 怎么入会", {{"at", {{"qq", "10001"}}}, text(" 怎么入会")}},
    {"reply", "[CQ:reply,id=-1273546]收到", {{"reply", {{"id", "-1273546"}}}, text("收到")}},
    {"escaped", "a&#91;b&#93;c &amp; d", {text("a[b]c & d")}},
    {"escaped_twice", "&amp;#91;不是括号&amp;#93;", {text("&#91;不是括号&#93;")}},
    {"url",
     "[CQ:image,file=A1B2.jpg,url=https://img.example/x?a=1&amp;b=2&#44;3]",
     {{"image", {{"file", "A1B2.jpg"}, {"url", "https://img.example/x?a=1&b=2,3"}}}}},
    {"no_values", "[CQ:shake]", {{"shake", {}}}},
    {"json",
     "[CQ:json,data={\"app\":\"a\"&#44;\"n\":&#91;1&#44;2&#93;}]",
     {{"json", {{"data", "{\"app\":\"a\",\"n\":[1,2]}"}}}}},
    {"open", "[CQ:at,qq=10001", {text("[CQ:at,qq=10001")}},
    {"case", "[cq:at,qq=1]", {text("[cq:at,qq=1]")}},
    {"equals",
     "[CQ:image,file=base64://AAAA==,type=flash]",
     {{"image", {{"file", "base64://AAAA=="}, {"type", "flash"}}}}},
    {"wide", "【CQ:at,qq=1】", {text("【CQ:at,qq=1】")}},
    {"empty", "", {}},
};

class CqParse : public testing::TestWithParam<Parse> {};
TEST_P(CqParse, MatchesVector)
{
    EXPECT_EQ(parse_cq(GetParam().message), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(All, CqParse, testing::ValuesIn(parses),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(CqSerialise, MatchesVectors)
{
    EXPECT_EQ(serialise_cq({text("1 & 2 [三], 四")}), "1 &amp; 2 &#91;三&#93;, 四");
    EXPECT_EQ(serialise_cq({{"image", {{"file", "https://h/p.png?a=1&b=[2],3"}}}}),
              "[CQ:image,file=https://h/p.png?a=1&amp;b=&#91;2&#93;&#44;3]");
    EXPECT_EQ(serialise_cq({{"reply", {{"id", "5"}}}, text("&amp;")}), "[CQ:reply,id=5]&amp;amp;");
    EXPECT_EQ(serialise_cq({}), "");
}

} // namespace
