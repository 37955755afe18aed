#pragma once
#include <map>
#include <memory>
#include <string>

namespace bot::ops {

using Labels = std::map<std::string, std::string>;

/// Counters and gauges in the Prometheus text format. Fetch a handle once, use it on the hot path.
/// Thread-safe.
class Metrics {
public:
    class Counter {
    public:
        void add(double by = 1);

    private:
        friend class Metrics;
        void* handle_ = nullptr;
    };
    class Gauge {
    public:
        void set(double to);

    private:
        friend class Metrics;
        void* handle_ = nullptr;
    };

    Metrics();
    ~Metrics();
    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    std::string expose() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bot::ops
