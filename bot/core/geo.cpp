#include "bot/core/geo.hpp"

#include <cmath>
#include <numbers>

namespace bot::geo {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double semi_major_m = 6378245.0;
constexpr double eccentricity_squared = 0.00669342162296594323;
constexpr double baidu_pi = pi * 3000.0 / 180.0;

bool is_outside_china(Point point)
{
    return point.lng < 72.004 || point.lng > 137.8347 || point.lat < 0.8293 || point.lat > 55.8271;
}

/// The shared waves of both offsets.
double waves(double x)
{
    return (20.0 * std::sin(6.0 * x * pi) + 20.0 * std::sin(2.0 * x * pi)) * 2.0 / 3.0;
}

double lat_offset(double x, double y)
{
    return -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * std::sqrt(std::abs(x)) + waves(x) +
           (20.0 * std::sin(y * pi) + 40.0 * std::sin(y / 3.0 * pi)) * 2.0 / 3.0 +
           (160.0 * std::sin(y / 12.0 * pi) + 320.0 * std::sin(y * pi / 30.0)) * 2.0 / 3.0;
}

double lng_offset(double x, double y)
{
    return 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::abs(x)) + waves(x) +
           (20.0 * std::sin(x * pi) + 40.0 * std::sin(x / 3.0 * pi)) * 2.0 / 3.0 +
           (150.0 * std::sin(x / 12.0 * pi) + 300.0 * std::sin(x / 30.0 * pi)) * 2.0 / 3.0;
}

} // namespace

Point wgs84_to_gcj02(Point point)
{
    if (is_outside_china(point))
        return point;
    const double x = point.lng - 105.0, y = point.lat - 35.0;
    const double radians = point.lat / 180.0 * pi;
    const double magic = 1 - eccentricity_squared * std::sin(radians) * std::sin(radians);
    const double root = std::sqrt(magic);
    const double lat =
        lat_offset(x, y) * 180.0 / (semi_major_m * (1 - eccentricity_squared) / (magic * root) * pi);
    const double lng = lng_offset(x, y) * 180.0 / (semi_major_m / root * std::cos(radians) * pi);
    return {point.lng + lng, point.lat + lat};
}

Point gcj02_to_wgs84(Point point)
{
    Point guess = point;
    for (int round = 0; round < 5; ++round) {
        const Point there = wgs84_to_gcj02(guess);
        guess = {guess.lng + point.lng - there.lng, guess.lat + point.lat - there.lat};
    }
    return guess;
}

Point bd09_to_wgs84(Point point)
{
    const double x = point.lng - 0.0065, y = point.lat - 0.006;
    const double distance = std::sqrt(x * x + y * y) - 0.00002 * std::sin(y * baidu_pi);
    const double angle = std::atan2(y, x) - 0.000003 * std::cos(x * baidu_pi);
    return gcj02_to_wgs84({distance * std::cos(angle), distance * std::sin(angle)});
}

} // namespace bot::geo
