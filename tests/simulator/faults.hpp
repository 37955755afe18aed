#pragma once
#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace simulator {

/// What shall happen to one call.
struct Fate {
    enum class Kind {
        ordinary,
        drop_before,  ///< the connection is reset, nothing was recorded
        drop_answer,  ///< recorded, then the connection is reset
        stall_before, ///< not recorded and never answered
        stall,        ///< recorded and never answered
        late,         ///< recorded at once, answered after `delay`
        error,        ///< not recorded; an answer that tells `retcode` and `words` inside a 200
    };
    Kind kind = Kind::ordinary;
    std::chrono::milliseconds delay{0};
    int retcode = 0;
    std::string words;

    bool records() const
    {
        return kind != Kind::drop_before && kind != Kind::stall_before && kind != Kind::error;
    }
};

/// Seeded troubles. One draw per call, so that the same calls in the same order meet the same troubles.
class Faults {
public:
    explicit Faults(std::uint64_t seed) : random_(seed) {}

    /// Replaces all settings: each kind's probability by its name, `late_ms` [from, to], `retcode` and
    /// `words` of errors, `most` = end after so many troubles, `on` = "sends" or "all", `reorder` = answers
    /// held back and sent in reverse (sockets only). Throws std::invalid_argument for what it does not know.
    void set(const nlohmann::json& settings);
    Fate draw(bool is_send);
    int reorder() const { return reorder_; }
    /// How often each kind struck.
    const std::map<std::string, std::uint64_t>& struck() const { return struck_; }

private:
    std::mt19937_64 random_;
    std::map<std::string, double> probability_;
    std::int64_t late_from_ms_ = 0, late_to_ms_ = 0;
    int retcode_ = 0;
    std::string words_;
    std::int64_t left_ = -1; ///< troubles still to come; -1 = no end
    bool on_all_ = false;
    int reorder_ = 0;
    std::map<std::string, std::uint64_t> struck_;
};

} // namespace simulator
