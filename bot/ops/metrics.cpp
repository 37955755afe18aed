#include "bot/ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace bot::ops {

struct Metrics::Impl {
    prometheus::Registry registry;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::Counter::add(double by)
{
    static_cast<prometheus::Counter*>(handle_)->Increment(by);
}

void Metrics::Gauge::set(double to)
{
    static_cast<prometheus::Gauge*>(handle_)->Set(to);
}

Metrics::Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels)
{
    Counter counter;
    counter.handle_ = &prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(labels);
    return counter;
}

Metrics::Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels)
{
    Gauge gauge;
    gauge.handle_ = &prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(labels);
    return gauge;
}

std::string Metrics::expose() const
{
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

} // namespace bot::ops
