#include "bot/core/geo.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot::geo;

struct Pair {
    Point wgs84, gcj02;
};

const Pair pairs[] = {{{104.6107, 35.5806}, {104.613340, 35.580043}},
                      {{104.6350, 35.0039}, {104.637661, 35.002840}},
                      {{104.0369, 34.4381}, {104.039518, 34.436768}},
                      {{116.3913, 39.9075}, {116.397541, 39.908901}}};

TEST(Geo, ConvertsBothWays)
{
    for (const Pair& one : pairs) {
        const Point there = wgs84_to_gcj02(one.wgs84);
        EXPECT_NEAR(there.lng, one.gcj02.lng, 1e-5);
        EXPECT_NEAR(there.lat, one.gcj02.lat, 1e-5);
        const Point back = gcj02_to_wgs84(there);
        EXPECT_NEAR(back.lng, one.wgs84.lng, 1e-6);
        EXPECT_NEAR(back.lat, one.wgs84.lat, 1e-6);
    }
}

TEST(Geo, LeavesTheRestOfTheWorldAlone)
{
    const Point paris = wgs84_to_gcj02({2.35, 48.85});
    EXPECT_EQ(paris.lng, 2.35);
    EXPECT_EQ(paris.lat, 48.85);
}

} // namespace
