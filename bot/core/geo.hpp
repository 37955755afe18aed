#pragma once

namespace bot::geo {

/// Degrees.
struct Point {
    double lng = 0;
    double lat = 0;
};

/// WGS-84 → GCJ-02 (the datum of most Chinese maps); unchanged outside China.
Point wgs84_to_gcj02(Point point);
/// The inverse, to a tenth of a metre.
Point gcj02_to_wgs84(Point point);
/// BD-09 (Baidu) → WGS-84.
Point bd09_to_wgs84(Point point);

} // namespace bot::geo
