#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/event.hpp"

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace bot::routing {

/// One line of a numbered list that was shown to a person.
struct Choice {
    enum class Kind { topic, follow_up, words, region };
    Kind kind = Kind::topic;
    std::string topic;  ///< the card; for `words` the text to treat as if the person had typed it
    int follow_up = 0;  ///< index into the card's follow-ups
    std::string region; ///< for `region`: the code of the place that the person works at
};

/// What the house remembers of one person in one chat.
struct Memory {
    std::vector<Choice> choices; ///< answered by a bare number
    std::string topic;           ///< of the last answer, for follow-up questions
    bool clarified = false;      ///< the last reply was a clarifying question
    std::int64_t at_ms = 0;
};

/// Memories keyed by (account, chat, person), forgotten after five minutes; and where people work, as they
/// told us. Thread-safe, bounded.
class Contexts {
public:
    explicit Contexts(const Clock& clock) : clock_(clock) {}

    /// A copy of what is remembered; empty when nothing is, or it is older than five minutes.
    Memory recall(const Event& event) const;
    void remember(const Event& event, Memory memory);

    /// The region that a person named in whatever chat of the account; empty when none, or when it was longer
    /// ago than thirty days.
    std::string region_of(const Event& event) const;
    void remember_region(const Event& event, std::string code);
    std::size_t size() const;

private:
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Memory> memories_;
    struct Region {
        std::string code;
        std::int64_t at_ms = 0;
    };
    std::unordered_map<std::string, Region> regions_;
};

} // namespace bot::routing
