#include "bot/doors/tencent/exchanges.hpp"

namespace bot::doors::tencent {
namespace {

constexpr std::int64_t remembered_ms = 5 * 60'000; ///< repeats come within seconds
constexpr std::size_t most = 100'000;

} // namespace

Exchanges::Entered Exchanges::enter(const std::string& key, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    while (!order_.empty() && (order_.front().at_ms < now_ms - remembered_ms || order_.size() >= most)) {
        exchanges_.erase(order_.front().key);
        order_.pop_front();
    }
    auto& exchange = exchanges_[key];
    if (!exchange) {
        exchange = std::make_shared<Exchange>();
        order_.push_back({key, now_ms});
    }
    return {exchange, ++exchange->deliveries};
}

bool Exchanges::acknowledge(Exchange& exchange)
{
    const std::lock_guard lock(mutex_);
    const bool first = !exchange.is_acknowledged;
    exchange.is_acknowledged = true;
    return first;
}

bool Exchanges::is_acknowledged(const Exchange& exchange) const
{
    const std::lock_guard lock(mutex_);
    return exchange.is_acknowledged;
}

} // namespace bot::doors::tencent
