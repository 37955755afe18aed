#include "bot/doors/tencent/fields.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot::doors::tencent;

std::string deep(int levels)
{
    std::string open, close;
    for (int i = 0; i < levels; ++i) {
        open += "<a>";
        close += "</a>";
    }
    return open + close;
}

struct Refused {
    const char* name;
    std::string raw;
};

const Refused refused[] = {
    {"empty", ""},
    {"text", "hello"},
    {"document_type", "<!DOCTYPE xml><xml><A>1</A></xml>"},
    {"document_type_later", "<xml><!DOCTYPE xml><A>1</A></xml>"},
    {"entity", "<!DOCTYPE x [<!ENTITY a \"b\">]><xml>&a;</xml>"},
    {"comment", "<xml><!-- <A>1</A> --></xml>"},
    {"instruction", "<xml><?php a ?></xml>"},
    {"not_closed", "<xml><A>1</A>"},
    {"wrongly_closed", "<xml><A>1</B></xml>"},
    {"closed_twice", "<xml></xml></xml>"},
    {"two_roots", "<xml/><xml/>"},
    {"cdata_not_closed", "<xml><A><![CDATA[1</A></xml>"},
    {"too_deep", deep(17)},
    {"a_zero_byte", std::string("<xml><A>1\0</A></xml>", 20)},
    {"not_utf8", "<xml><A>\xff</A></xml>"},
    {"a_json_array", "[1]"},
    {"broken_json", "{\"a\":"},
    {"too_large", "<xml><A>" + std::string(300'000, 'x') + "</A></xml>"},
};

class RefusedFields : public testing::TestWithParam<Refused> {};
TEST_P(RefusedFields, AreNoMessage)
{
    EXPECT_FALSE(read_fields(GetParam().raw));
}
INSTANTIATE_TEST_SUITE_P(All, RefusedFields, testing::ValuesIn(refused),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Fields, ReadsXmlWithAndWithoutCdata)
{
    const auto fields = read_fields("<?xml version=\"1.0\"?>\n<xml><A><![CDATA[<b>&amp;]]></A><B>x &lt; y</B>"
                                    "<C><D>7</D></C><E/><F><![CDATA[<!DOCTYPE x>]]></F></xml>");
    ASSERT_TRUE(fields.has_value());
    EXPECT_EQ(fields->get("A"), "<b>&amp;");
    EXPECT_EQ(fields->get("B"), "x < y");
    EXPECT_EQ(fields->number("C/D"), 7);
    EXPECT_TRUE(fields->has("E"));
    EXPECT_EQ(fields->get("F"), "<!DOCTYPE x>");
    EXPECT_EQ(fields->get("nothing"), "");
}

TEST(Fields, ReadsLongNumbersOfJsonWhole)
{
    const auto fields = read_fields(R"({"MsgId":24000000000000009,"a":{"b":"c"},"list":[1]})");
    ASSERT_TRUE(fields.has_value());
    EXPECT_EQ(fields->get("MsgId"), "24000000000000009");
    EXPECT_EQ(fields->get("a/b"), "c");
    EXPECT_FALSE(fields->has("list"));
}

TEST(Fields, CdataHoldsWhateverTheTextHolds)
{
    for (const std::string text : {"", "]]>", "a]]>b]]>c", "]]]]>>", "<![CDATA[x]]>"}) {
        const auto fields = read_fields("<xml><A>" + cdata(text) + "</A></xml>");
        ASSERT_TRUE(fields.has_value()) << text;
        EXPECT_EQ(fields->get("A"), text);
    }
}

} // namespace
