#include "bot/routing/directory.hpp"

#include <gtest/gtest.h>

namespace {

using bot::routing::Directory;
using bot::routing::KnownGroup;

struct Case {
    const char* name;
    std::vector<std::string> orgs;
    std::string home;
};

const Case cases[] = {
    {"none", {}, ""},
    {"one_village", {"621102001001"}, "621102"},
    {"one_county", {"621102001", "621102104"}, "621102"},
    {"one_city", {"621102001", "621122101"}, "6211"},
    {"one_province", {"621102", "620102"}, "62"},
    {"the_country", {"621102", "330106", "621102"}, ""},
    {"neighbours_by_digit_only", {"621102", "631102"}, ""},
    {"parks_have_no_place", {"park-7", "621102", "root"}, "621102"},
    {"only_parks", {"park-7", "root"}, ""},
};

std::vector<KnownGroup> groups_of(const Case& one)
{
    std::vector<KnownGroup> groups;
    for (const std::string& org : one.orgs) {
        KnownGroup group;
        group.account = "a";
        group.external_id = std::to_string(groups.size());
        group.org = org;
        groups.push_back(std::move(group));
    }
    return groups;
}

class HomeRegion : public testing::TestWithParam<Case> {};

TEST_P(HomeRegion, IsWhatAllGroupsHaveInCommon)
{
    Directory replaced, put;
    replaced.replace(groups_of(GetParam()));
    for (KnownGroup& one : groups_of(GetParam()))
        put.put(std::move(one));
    EXPECT_EQ(replaced.home_region(), GetParam().home);
    EXPECT_EQ(put.home_region(), GetParam().home);
}

INSTANTIATE_TEST_SUITE_P(All, HomeRegion, testing::ValuesIn(cases),
                         [](const auto& one) { return std::string(one.param.name); });

} // namespace
