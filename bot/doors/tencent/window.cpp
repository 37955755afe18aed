#include "bot/doors/tencent/window.hpp"

#include <algorithm>

namespace bot::doors::tencent {

SlidingWindow::Passed& SlidingWindow::current(const std::string& key, std::int64_t now_ms)
{
    Passed& passed = keys_[key];
    while (!passed.at_ms.empty() && passed.at_ms.front() + span_ms_ <= now_ms)
        passed.at_ms.pop_front();
    return passed;
}

std::int64_t SlidingWindow::take(const std::string& key, int count, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    Passed& passed = current(key, now_ms);
    if (passed.closed_until_ms > now_ms)
        return passed.closed_until_ms - now_ms;
    const int held = static_cast<int>(passed.at_ms.size());
    const int too_many = held + std::min(count, most_) - most_;
    if (too_many > 0)
        return passed.at_ms[static_cast<std::size_t>(too_many - 1)] + span_ms_ - now_ms;
    passed.at_ms.insert(passed.at_ms.end(), static_cast<std::size_t>(count), now_ms);
    return 0;
}

void SlidingWindow::give_back(const std::string& key, int count)
{
    const std::lock_guard lock(mutex_);
    Passed& passed = keys_[key];
    for (; count > 0 && !passed.at_ms.empty(); --count)
        passed.at_ms.pop_back();
}

void SlidingWindow::close(const std::string& key, std::int64_t until_ms)
{
    const std::lock_guard lock(mutex_);
    Passed& passed = keys_[key];
    passed.closed_until_ms = std::max(passed.closed_until_ms, until_ms);
}

int SlidingWindow::left(const std::string& key, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    const Passed& passed = current(key, now_ms);
    if (passed.closed_until_ms > now_ms)
        return 0;
    return std::max(0, most_ - static_cast<int>(passed.at_ms.size()));
}

} // namespace bot::doors::tencent
