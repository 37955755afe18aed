#pragma once
#include "bot/core/clock.hpp"
#include "bot/knowledge/index.hpp"
#include "bot/wording/renderer.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bot::knowledge {

enum class Action { answer, clarify, handoff, silent };

const char* to_string(Action action);

struct Candidate {
    std::string topic;
    std::string title; ///< the line of a numbered choice
    double score = 0;
};

struct Answer {
    Action action = Action::silent;
    std::string topic; ///< the best one, also when nothing is said
    double score = 0;
    std::vector<Candidate> candidates; ///< at most 5, best first
    std::string reply;
    std::vector<Citation> citations;
};

/// Questions → answers from the cards. `ask`, the hit test and the chat call this very class. Thread-safe; the index is
/// an immutable snapshot that `reload` replaces.
class Answerer {
public:
    Answerer(const Clock& clock, const wording::Renderer& words) : clock_(clock), words_(words) {}

    /// Builds a new index and puts it in place; returns what is wrong in the files. A set without any card keeps the
    /// old index.
    std::vector<CardProblem> reload(const std::filesystem::path& dir);

    /// `in_group`: the message was addressed to nobody, silence is an answer.
    Answer ask(std::string_view text, bool in_group) const;

    /// The card as an answer; silent when there is none or it is out of date.
    Answer show(std::string_view topic) const;
    /// The text of a card's follow-up, with its source; empty when there is none.
    std::string follow_up(std::string_view topic, std::size_t number) const;
    /// How many follow-ups the card offers.
    std::size_t follow_ups(std::string_view topic) const;
    /// The follow-up of `topic` that the words ask for, or -1: for a question that goes on from an answer.
    int follow_up_for(std::string_view topic, std::string_view text) const;

    std::shared_ptr<const Index> snapshot() const;

private:
    const Card* current(const Index& index, std::string_view topic) const;
    Answer answer_with(const Card& card) const;

    const Clock& clock_;
    const wording::Renderer& words_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Index> index_;
};

/// One line of `lastmeter ask --json`.
std::string to_json_line(std::string_view question, const Answer& answer, std::int64_t microseconds);

} // namespace bot::knowledge
