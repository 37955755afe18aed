#pragma once
#include "bot/core/clock.hpp"
#include "bot/knowledge/index.hpp"
#include "bot/knowledge/recent.hpp"
#include "bot/wording/renderer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bot::knowledge {

enum class Action { answer, clarify, handoff, silent };

const char* to_string(Action action);

/// Who asks, as far as the answer depends on it.
struct Asker {
    bool addressed = true;               ///< false: said in a group to nobody; silence is an answer
    std::string region;                  ///< code of the group's unit or of a region; empty = not known
    std::vector<std::string> industries; ///< of the group
};

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
    bool crisis = false; ///< words at once, whoever was addressed
    std::string other;   ///< the card of another thing that was asked; `reply` offers it, numbered
                         ///< behind the follow-ups
    std::vector<std::string>
        regions; ///< where the card says something else, when nobody knows where is asked
};

/// Questions → answers from the cards. `ask`, the hit test and the chat call this very class. Thread-safe;
/// the index is an immutable snapshot that `reload` replaces.
class Answerer {
public:
    /// `model_file`: where a model learnt at build time lies; without a fitting one it is learnt anew.
    Answerer(const Clock& clock, const wording::Renderer& words, std::filesystem::path model_file = {})
        : clock_(clock), words_(words), model_file_(std::move(model_file))
    {
    }

    /// Builds a new index and puts it in place; returns what is wrong in the files. A library without any
    /// card keeps the old index. Takes a second when the model has to be learnt: not for a network thread.
    std::vector<Problem> reload(const std::filesystem::path& dir, const std::filesystem::path& overlay = {});

    Answer ask(std::string_view text, const Asker& asker) const;

    /// The hit test: what `ask` makes of the text and why, from the very same ranking. An object with
    /// `normalised`, `action`, `topic`, `score`, `ours` (likely a question for a card), `chatter`,
    /// `runner_up` and `features`
    /// [{name, for_topic, for_runner_up}].
    nlohmann::json explain(std::string_view text, const Asker& asker) const;

    /// The words for a crisis that the text proves by itself, or nothing. Quick: no ranking.
    std::optional<std::string> crisis_reply(std::string_view text) const;

    /// The card as an answer; silent when there is none or it is out of date.
    Answer show(std::string_view topic, const Asker& asker) const;
    /// The text of a card's follow-up, with its source; empty when there is none.
    std::string follow_up(std::string_view topic, std::size_t number, const Asker& asker) const;
    /// How many follow-ups the card offers.
    std::size_t follow_ups(std::string_view topic) const;
    /// The follow-up of `topic` that the words ask for, or -1: for a question that goes on from an answer.
    int follow_up_for(std::string_view topic, std::string_view text) const;

    std::shared_ptr<const Index> snapshot() const;

    /// Where a question is asked that comes from no chat, as `data/figures.toml` says.
    std::string default_region() const;

    /// What people call the region of that code; the code itself when nobody named it.
    std::string region_name(const std::string& code) const;

private:
    /// What a text says, whoever asks and whenever.
    struct Heard {
        Ranking ranking;
        std::optional<std::size_t> crisis; ///< place of the talk
    };

    Heard hear(const Index& index, const std::string& text) const;
    const Card* current(const Index& index, std::string_view topic) const;
    std::vector<const Card*> asked_apart(const Index& index, std::string_view text) const;
    Answer answer_both(const Index& index, const Card& main, const Card* other, const Asker& asker) const;
    Answer answer_with(const Index& index, const Card& card, const Asker& asker) const;
    std::string render(const Index& index, const Card& card, const std::string& source, bool with_follow_ups,
                       const Asker& asker) const;
    std::string offer(const std::vector<Candidate>& candidates) const;

    const Clock& clock_;
    const wording::Renderer& words_;
    const std::filesystem::path model_file_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Index> index_;
    mutable Recent<Heard> heard_{500};           ///< short questions and greetings come all day
    mutable Recent<std::string> rendered_{1000}; ///< a card says the same to everyone
};

/// One line of `lastmeter ask --json`.
std::string to_json_line(std::string_view question, const Answer& answer, std::int64_t microseconds);

} // namespace bot::knowledge
