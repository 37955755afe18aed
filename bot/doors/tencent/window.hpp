#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace bot::doors::tencent {

/// Within any `span_ms`, at most `most` messages per key. Thread-safe.
class SlidingWindow {
public:
    SlidingWindow(int most, std::int64_t span_ms) : most_(most), span_ms_(span_ms) {}

    /// Takes room for `count` messages at once and gives 0, or takes nothing and tells how long to wait.
    /// More than ever fit take all there is.
    std::int64_t take(const std::string& key, int count, std::int64_t now_ms);
    /// Nothing was sent after all.
    void give_back(const std::string& key, int count);
    /// The platform refused: nothing more before `until_ms`.
    void close(const std::string& key, std::int64_t until_ms);
    /// How many may still go now.
    int left(const std::string& key, std::int64_t now_ms);

private:
    struct Passed {
        std::deque<std::int64_t> at_ms;
        std::int64_t closed_until_ms = 0;
    };
    Passed& current(const std::string& key, std::int64_t now_ms);

    const int most_;
    const std::int64_t span_ms_;
    std::mutex mutex_;
    std::map<std::string, Passed> keys_;
};

} // namespace bot::doors::tencent
