#include "bot/doors/satori/elements.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace bot::doors::satori;
using Elements = std::vector<Element>;

Element text(std::string words)
{
    return {"text", {{"content", std::move(words)}}, {}};
}

struct Vector {
    const char* name;
    const char* content;
    Elements expected;
};

const Vector vectors[] = {
    {"mention_and_escapes",
     R"(<at id="42"/> 你好 &lt;b&gt;)",
     {{"at", {{"id", "42"}}, {}}, text(" 你好 <b>")}},
    {"escaped_once", "a &amp;amp; b", {text("a &amp; b")}},
    {"everybody", R"(<at type="all"/>开会)", {{"at", {{"type", "all"}}, {}}, text("开会")}},
    {"image",
     R"(<img src="http://h/?a=1&amp;b=2" width="3"/>)",
     {{"img", {{"src", "http://h/?a=1&b=2"}, {"width", "3"}}, {}}}},
    {"quote", R"(<quote id="88"/>收到)", {{"quote", {{"id", "88"}}, {}}, text("收到")}},
    {"plain", "纯文本", {text("纯文本")}},
    {"quotes_in_attribute",
     R"(<at id="1" name="&quot;老张&quot;"/>)",
     {{"at", {{"id", "1"}, {"name", "\"老张\""}}, {}}}},
    {"single_quotes", "<at id='1'/>", {{"at", {{"id", "1"}}, {}}}},
    {"children", "<b>粗<i>斜</i></b>后", {{"b", {}, {text("粗"), {"i", {}, {text("斜")}}}}, text("后")}},
    {"numbers", "&#39;&#x4f60;&#20320;", {text("'你你")}},
    {"lone_signs", "1 < 2 & 3 > 2 &nosuch; &", {text("1 < 2 & 3 > 2 &nosuch; &")}},
    {"unclosed", "<b>粗", {{"b", {}, {text("粗")}}}},
    {"closed_twice", "</b>后", {text("后")}},
    {"crossed", "<b><i>斜</b>后", {{"b", {}, {{"i", {}, {text("斜")}}}}, text("后")}},
    {"flag", "<file src=\"x\" hidden/>", {{"file", {{"src", "x"}, {"hidden", "true"}}, {}}}},
    {"half_a_tag", "<at id=\"1", {text("<at id=\"1")}},
    {"comment", "前<!-- <at type=\"all\"/> -->后", {text("前后")}},
    {"surrogate", "&#xD800;", {text("&#xD800;")}},
};

class SatoriElements : public testing::TestWithParam<Vector> {};
TEST_P(SatoriElements, AreRead)
{
    EXPECT_EQ(parse_elements(GetParam().content), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(All, SatoriElements, testing::ValuesIn(vectors),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(SatoriEscape, KeepsWordsWords)
{
    EXPECT_EQ(escape_text("1 < 2 & \"3\" > '0'"), "1 &lt; 2 &amp; \"3\" &gt; '0'");
    EXPECT_EQ(escape_attribute("a\"b<c"), "a&quot;b&lt;c");
    EXPECT_EQ(escape_text("&amp;"), "&amp;amp;");
}

/// Whatever people type comes back as the one text it was, and never as an element.
TEST(SatoriEscape, NothingTypedBecomesAnElement)
{
    std::mt19937 random(3);
    const std::string_view pieces[] = {"<",    ">",     "&",  "\"",  "'",   "/", "at", " type=\"all\"",
                                       "&lt;", "&#60;", "你", "!--", "-->", ";", "x"};
    for (int i = 0; i < 5'000; ++i) {
        std::string typed;
        for (std::size_t n = 1 + random() % 12; n > 0; --n)
            typed += pieces[random() % std::size(pieces)];
        EXPECT_EQ(parse_elements(escape_text(typed)), Elements{text(typed)}) << typed;
        const Elements mention = parse_elements("<at id=\"" + escape_attribute(typed) + "\"/>");
        ASSERT_EQ(mention.size(), 1U);
        EXPECT_EQ(mention[0].get("id"), typed);
    }
}

TEST(SatoriElements, DepthIsBounded)
{
    std::string deep;
    for (int i = 0; i < 10'000; ++i)
        deep += "<b>";
    std::size_t depth = 0;
    Elements level = parse_elements(deep + "x");
    for (; !level.empty(); ++depth) {
        Elements next = std::move(level.back().children);
        level = std::move(next);
    }
    EXPECT_LE(depth, deepest_element + 2);
}

} // namespace
