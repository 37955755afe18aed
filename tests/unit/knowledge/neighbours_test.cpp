#include "bot/knowledge/neighbours.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot::knowledge;

Card card(const std::string& topic, std::vector<std::string> phrasings)
{
    Card made;
    made.topic = topic;
    made.phrasings = std::move(phrasings);
    return made;
}

TEST(Neighbours, AreThePairsThatAreAskedForInLikeWords)
{
    Library library;
    library.cards = {card("wage-arrears", {"老板拖欠工资怎么办", "干了活不给钱"}),
                     card("migrant-wage", {"老板拖欠工资怎么办呀", "包工头跑了"}),
                     card("rest-station", {"最近的驿站在哪里"})};
    const auto found = find_neighbours(library);
    ASSERT_EQ(found.size(), 2U) << "each of the two cards has the other";
    EXPECT_EQ(found[0].near, 1U);
    EXPECT_GT(found[0].likeness, 0.8);
    EXPECT_LT(found[0].likeness, same_phrasing);
    EXPECT_NE(found[0].phrasing.find("拖欠工资"), std::string::npos);
    EXPECT_LT(found[0].card + found[0].other, 2U) << "the third has no neighbour";
}

TEST(Neighbours, TheSamePhrasingTwiceIsAShadow)
{
    Library library;
    library.cards = {card("a", {"老板拖欠工资怎么办"}), card("b", {"老闆拖欠工資怎麼辦"})};
    const auto found = find_neighbours(library);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_GE(found[0].likeness, same_phrasing);
}

} // namespace
