#include "bot/core/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace {

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, ReadsWhatIsJson)
{
    EXPECT_EQ(bot::parse_json(R"({"a":[1,"二"]})").value().at("a").at(1), "二");
    EXPECT_TRUE(bot::parse_json(nested(32)));
}

TEST(Json, RefusesTheRest)
{
    for (const std::string& wrong : {std::string(), std::string("{"), std::string("\"\xff\""), nested(33),
                                     nested(100'000), std::string(100'000, '[')}) {
        EXPECT_FALSE(bot::parse_json(wrong)) << wrong.substr(0, 40);
        EXPECT_TRUE(bot::json_or_null(wrong).is_null()) << wrong.substr(0, 40);
    }
}

} // namespace
