#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace bot::outreach {

/// The hours of the night in which nobody is disturbed, in Asia/Shanghai; they may cross midnight.
class QuietHours {
public:
    QuietHours() = default; ///< none
    /// `22:00-07:00`; empty text = none; nothing when it is neither.
    static std::optional<QuietHours> parse(const std::string& text);

    bool covers(std::int64_t now_ms) const;
    /// The first moment from `now_ms` on outside of them.
    std::int64_t end_ms(std::int64_t now_ms) const;
    /// When work that takes `work_ms` and starts at `start_ms` is done if it rests in them.
    std::int64_t finish_ms(std::int64_t start_ms, std::int64_t work_ms) const;

private:
    int from_minute_ = 0, to_minute_ = 0; ///< equal = none
};

/// Midnight in Asia/Shanghai before `now_ms`.
std::int64_t day_start_ms(std::int64_t now_ms);

} // namespace bot::outreach
