#pragma once
#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace simulator {

/// Sliding windows: within any `window` at most `count` sends pass, of the whole account or of each chat. A
/// refused send does not count. With a penalty, everything in the scope is refused until it ends.
class Limits {
public:
    /// Replaces all: [{"scope":"account"|"chat","count":20,"window_ms":1000,"penalty_ms":0}]. Throws on
    /// anything else.
    void set(const nlohmann::json& settings);
    /// Counts the send when it passes.
    bool admit(const std::string& chat);
    std::uint64_t refusals() const { return refusals_; }
    /// Refusals that came while a penalty was running: the bot did not wait.
    std::uint64_t refusals_in_penalty() const { return refusals_in_penalty_; }

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Window {
        std::deque<Time> passed;
        Time penalty_ends;
    };
    struct Limit {
        bool per_chat = false;
        std::size_t count = 0;
        std::chrono::milliseconds window{0}, penalty{0};
        std::unordered_map<std::string, Window> windows;
    };

    bool is_open(const Limit& limit, Window& window, Time now);

    std::vector<Limit> limits_;
    std::uint64_t refusals_ = 0;
    std::uint64_t refusals_in_penalty_ = 0;
};

} // namespace simulator
