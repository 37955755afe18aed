#pragma once
#include "bot/core/event.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who may be answered, how often and until when (protocol sheet, sections 5 and 6).
namespace bot::doors::qq {

struct WindowRules {
    int answers = 4;                               ///< to one message or event
    std::int64_t group_ms = 270'000;               ///< after the message
    std::int64_t direct_ms = 50 * 60 * 1000;       ///< in a private chat
    std::int64_t direct_event_ms = 4 * 60 * 1'000; ///< after an event in a private chat
};

/// Places among the answers to one message or event. The platform takes each (`to`, number) at most once.
struct Places {
    std::string to; ///< a message id, or `event:` and an event id
    int first = 1;
    int count = 1;

    /// `first count to`, for keeping.
    std::string text() const;
    static std::optional<Places> parse(std::string_view text);
};

/// The open windows of one bot. Nothing here gives one place away twice: a notice that asks again with the
/// same text in the same window gets the same places. Thread-safe.
class Windows {
public:
    /// What was said before `born_ms` may have been answered by an earlier run: no notice rides on it.
    Windows(WindowRules rules, std::int64_t born_ms) : rules_(rules), born_ms_(born_ms) {}

    void set_rules(WindowRules rules);

    /// Somebody spoke, or something happened, that may be answered. Known ones change nothing.
    void heard(const Chat& chat, const std::string& to, std::int64_t at_ms, std::int64_t now_ms);
    /// The house has said what it had to say to it: the places left may carry a notice.
    void answered(const std::string& to);

    /// Places for an answer of up to `count` messages; fewer where fewer are left, nothing where none is.
    std::optional<Places> for_answer(const std::string& to, int count, std::int64_t now_ms);
    /// Places for all `count` messages of a notice, one notice per chat and window.
    std::optional<Places> for_notice(const std::string& group, std::string_view text, int count,
                                     std::int64_t now_ms);
    /// Groups whose next notice would get places.
    std::vector<std::string> openings(std::int64_t now_ms) const;
    /// The platform says that this window is over.
    void close(const std::string& to);

private:
    struct Window {
        Chat chat;
        std::int64_t until_ms = 0;
        int used = 0;
        bool is_answered = false;
        bool carries_notices = false;
    };
    struct Ride {
        std::string text;
        Places places;
        std::int64_t until_ms = 0;
    };

    std::int64_t length_ms(const Chat& chat, const std::string& to) const;
    void forget_old(std::int64_t now_ms);
    bool is_open_for_notices(const std::string& group, std::int64_t now_ms) const;

    mutable std::mutex mutex_;
    WindowRules rules_;
    const std::int64_t born_ms_;
    std::map<std::string, Window> windows_;
    std::map<std::string, std::string> newest_; ///< group → the newest window that carries notices
    std::map<std::string, Ride> rides_;         ///< group → its last notice
    std::deque<std::string> order_;             ///< oldest first
};

} // namespace bot::doors::qq
