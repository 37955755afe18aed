#include "bot/knowledge/library.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace {

using namespace bot::knowledge;

/// A directory with one card and the data that it needs.
class Cards {
public:
    Cards()
    {
        std::filesystem::create_directories(dir_.path() / "knowledge" / "phrasings");
        std::filesystem::create_directories(dir_.path() / "data");
        write("data/laws.toml", "[[law]]\ntitle = \"劳动法\"\narticles = 107\nstate = \"2018 年修正\"\n");
        write("data/figures.toml", R"(
default_region = "6211"
[[figure]]
name = "min_wage"
region = ""
value = "1000"
valid_from = 2020-01-01
valid_until = 2030-12-31
source = "s"
[[figure]]
name = "min_wage"
region = "6211"
value = "2080"
valid_from = 2026-01-01
valid_until = 2026-12-31
source = "s"
)");
    }

    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream(dir_.path() / name) << text;
    }

    const std::filesystem::path& dir() const { return dir_.path(); }
    Library load() const { return load_library(dir_.path() / "knowledge"); }

private:
    testing_support::TempDir dir_;
};

std::string card(const std::string& change_from = "", const std::string& change_to = "")
{
    std::string phrasings;
    for (int i = 0; i < 30; ++i)
        phrasings += "\"工资问法" + std::to_string(i) + "\",";
    std::string text = "topic = \"wage-arrears\"\ntitle = \"拖欠工资\"\nshort = \"欠薪\"\nvalid_from = "
                       "2026-01-01\nvalid_until = 2027-12-31\n"
                       "phrasings = [" +
                       phrasings +
                       "]\nanswer = \"要按月发，最低 {{min_wage}} 元。\"\n[[follow_up]]\nlabel = "
                       "\"材料\"\nwords = [\"材料\"]\ntext = \"工资条\"\n"
                       "[[variant]]\nindustry = \"courier\"\nanswer = \"快递也一样。\"\n"
                       "[[citation]]\nlaw = \"劳动法\"\narticle = \"第五十条\"\n";
    if (const auto at = text.find(change_from); !change_from.empty() && at != std::string::npos)
        text.replace(at, change_from.size(), change_to);
    return text;
}

TEST(Library, ReadsACardWithEverything)
{
    const Cards cards;
    cards.write("knowledge/a.toml", card());
    const Library library = cards.load();
    for (const Problem& one : library.problems)
        ADD_FAILURE() << one.file << ":" << one.line << ": " << one.message;
    ASSERT_EQ(library.cards.size(), 1U);
    const Card& one = library.cards.front();
    EXPECT_EQ(one.answer_for("6211", {}), one.answer);
    EXPECT_EQ(one.answer_for("6211", {"care", "courier"}), "快递也一样。");
    EXPECT_EQ(library.laws.at("劳动法").state, "2018 年修正");
}

TEST(Library, TheNarrowestFigureThatHoldsWins)
{
    const Library library = Cards().load();
    constexpr std::int64_t in_2026 = 1'780'000'000'000, in_2029 = 1'870'000'000'000;
    EXPECT_EQ(library.figures.values("621102001", in_2026)["min_wage"], "2080");
    EXPECT_EQ(library.figures.values("621102001", in_2029)["min_wage"], "1000");
    EXPECT_EQ(library.figures.values("11", in_2026)["min_wage"], "1000");
}

struct Wrong {
    const char* name;
    const char* from;
    const char* to;
    const char* expected;
    int line;
};

const Wrong wrongs[] = {
    {"unknown_key", "title =", "titel = \"x\"\ntitle =", "unknown key \"titel\"", 2},
    {"no_title", "title = \"拖欠工资\"", "", "title: a text is needed", 1},
    {"too_few_phrasings", "\"工资问法7\",", "", "phrasings: 29, at least 30 are needed", 1},
    {"dates_crossed", "valid_until = 2027-12-31", "valid_until = 2020-12-31",
     "valid_until lies before valid_from", 1},
    {"unknown_law", "law = \"劳动法\"", "law = \"无此法\"", "《无此法》 does not stand in data/laws.toml",
     15},
    {"no_such_article", "第五十条", "第一百零八条", "《劳动法》 has 107 articles", 15},
    {"article_form", "第五十条", "50", "\"50\" is no article", 15},
    {"unknown_figure", "{{min_wage}}", "{{max_wage}}", "{{max_wage}} is no figure", 1},
    {"variant_for_nobody", "industry = \"courier\"", "", "a region or an industry is needed", 12},
    {"no_toml", "topic = ", "topic ", "expected", 1},
};

class LibraryRefuses : public testing::TestWithParam<Wrong> {};

TEST_P(LibraryRefuses, SaysWhereAndWhat)
{
    const Cards cards;
    cards.write("knowledge/a.toml", card(GetParam().from, GetParam().to));
    const Library library = cards.load();
    EXPECT_TRUE(library.cards.empty());
    ASSERT_FALSE(library.problems.empty());
    bool told = false;
    std::string all;
    for (const Problem& one : library.problems) {
        all += std::to_string(one.line) + ": " + one.message + "\n";
        told = told ||
               (one.message.find(GetParam().expected) != std::string::npos && one.line == GetParam().line);
    }
    EXPECT_TRUE(told) << all;
}

INSTANTIATE_TEST_SUITE_P(All, LibraryRefuses, testing::ValuesIn(wrongs),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Library, ATopicStandsInOneFileOnly)
{
    const Cards cards;
    cards.write("knowledge/a.toml", card());
    cards.write("knowledge/b.toml", card());
    const Library library = cards.load();
    EXPECT_EQ(library.cards.size(), 1U);
    ASSERT_EQ(library.problems.size(), 1U);
    EXPECT_NE(library.problems[0].message.find("stands in"), std::string::npos);
}

TEST(Library, AnOperatorsCardReplacesOurs)
{
    const Cards ours, theirs;
    ours.write("knowledge/a.toml", card());
    theirs.write("knowledge/a.toml", card("要按月发", "本地：要按月发"));
    const Library library = load_library(ours.dir() / "knowledge", theirs.dir());
    ASSERT_TRUE(library.problems.empty()) << library.problems.front().message;
    ASSERT_EQ(library.cards.size(), 1U);
    EXPECT_TRUE(library.cards.front().answer.starts_with("本地："));
}

TEST(Library, MorePhrasingsStandInAFileThatTheirTopicNames)
{
    const Cards ours, theirs;
    ours.write("knowledge/a.toml", card());
    ours.write("knowledge/phrasings/wage-arrears.txt", "老板欠我钱\n干了活不给钱\n");
    theirs.write("knowledge/phrasings/wage-arrears.txt", "本地人的说法\n");
    const Library library = load_library(ours.dir() / "knowledge", theirs.dir());
    ASSERT_TRUE(library.problems.empty()) << library.problems.front().message;
    const auto& phrasings = library.cards.at(0).phrasings;
    ASSERT_EQ(phrasings.size(), 33U) << "thirty in the card, two of ours, one of the operator's";
    EXPECT_EQ(phrasings[31], "干了活不给钱");
    EXPECT_EQ(phrasings[32], "本地人的说法");
}

TEST(Library, PhrasingsWithoutACardAndEmptyLinesAreTold)
{
    const Cards cards;
    cards.write("knowledge/a.toml", card());
    cards.write("knowledge/phrasings/nothing.txt", "一句\n");
    cards.write("knowledge/phrasings/wage-arrears.txt", "一句\n \n又一句\n");
    const Library library = cards.load();
    ASSERT_EQ(library.problems.size(), 2U);
    EXPECT_TRUE(library.problems[0].file.ends_with("nothing.txt"));
    EXPECT_NE(library.problems[0].message.find("no card"), std::string::npos);
    EXPECT_EQ(library.problems[1].line, 2);
    EXPECT_EQ(library.cards.at(0).phrasings.size(), 32U);
}

TEST(Library, TheWholeIsCheckedForGapsAndShadows)
{
    const Cards cards;
    cards.write("data/topics.toml", "topics = [\"wage-arrears\", \"overtime-pay\", \"union-join\"]\n");
    cards.write("knowledge/a.toml", card());
    cards.write("knowledge/b.toml", card("wage-arrears", "overtime-pay"));
    const Library library = cards.load();
    const auto problems = check_whole(library);
    ASSERT_EQ(problems.size(), 31U) << "one topic without a card, thirty phrasings twice";
    EXPECT_NE(problems[0].message.find("union-join"), std::string::npos);
    EXPECT_NE(problems[1].message.find("stands in"), std::string::npos);
}

TEST(Library, AnUnknownTopicIsRefused)
{
    const Cards cards;
    cards.write("data/topics.toml", "topics = [\"union-join\"]\n");
    cards.write("knowledge/a.toml", card());
    EXPECT_NE(cards.load().problems.at(0).message.find("data/topics.toml"), std::string::npos);
}

TEST(Library, TheShippedCardsAreClean)
{
    const Library library = load_library(LASTMETER_SOURCE_DIR "/templates/knowledge");
    for (const Problem& one : library.problems)
        ADD_FAILURE() << one.file << ":" << one.line << ": " << one.message;
    for (const Problem& one : check_whole(library))
        ADD_FAILURE() << one.file << ": " << one.message;
    EXPECT_EQ(library.cards.size(), 129U);
    EXPECT_GE(library.chatter.size(), 1000U);
}

struct Numeral {
    const char* article;
    int number;
};

TEST(Library, ReadsArticleNumbers)
{
    for (const auto& [article, number] :
         {Numeral{"第一条", 1}, Numeral{"第十条", 10}, Numeral{"第十六条", 16}, Numeral{"第二十条", 20},
          Numeral{"第八十五条", 85}, Numeral{"第一百零八条", 108}, Numeral{"第一千一百九十二条", 1192},
          Numeral{"第条", 0}, Numeral{"五十", 0}, Numeral{"第abc条", 0}})
        EXPECT_EQ(article_number(article), number) << article;
}

} // namespace
