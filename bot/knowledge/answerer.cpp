#include "bot/knowledge/answerer.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/sentences.hpp"
#include "bot/knowledge/speech.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace bot::knowledge {
namespace {

using nlohmann::json;

constexpr std::size_t shown_candidates = 5;
constexpr std::size_t offered = 3;
constexpr std::size_t shown_reasons = 12;
constexpr std::size_t shortest_with_two_questions = 14, shortest_question = 5; ///< characters
constexpr std::size_t most_questions = 6; ///< of one message that are looked at
constexpr double sure_apart = 0.5;

json citations_json(const std::vector<Citation>& citations)
{
    json list = json::array();
    for (const Citation& one : citations)
        list.push_back({{"law", one.law}, {"article", one.article}});
    return list;
}

/// The sources as a card shows them: articles of one law together, the law's state once.
json sources_json(const Library& library, const std::vector<Citation>& citations)
{
    json list = json::array();
    std::vector<std::string> titles;
    for (const Citation& one : citations) {
        const auto known = std::find(titles.begin(), titles.end(), one.law);
        if (known != titles.end()) {
            json& source = list[static_cast<std::size_t>(known - titles.begin())];
            source["articles"] = source["articles"].get<std::string>() + "、" + one.article;
            continue;
        }
        const auto law = library.laws.find(one.law);
        list.push_back({{"law", one.law},
                        {"articles", one.article},
                        {"state", law == library.laws.end() ? "" : law->second.state},
                        {"more", !titles.empty()}});
        titles.push_back(one.law);
    }
    return list;
}

} // namespace

const char* to_string(Action action)
{
    switch (action) {
    case Action::answer: return "answer";
    case Action::clarify: return "clarify";
    case Action::handoff: return "handoff";
    case Action::silent: return "silent";
    }
    return "silent";
}

std::vector<Problem> Answerer::reload(const std::filesystem::path& dir, const std::filesystem::path& overlay)
{
    Library library = load_library(dir, overlay);
    std::vector<Problem> problems = library.problems;
    const bool usable = !library.cards.empty();
    auto fresh = usable || !snapshot() ? Index::build(std::move(library), model_file_) : nullptr;
    const std::lock_guard lock(mutex_);
    if (fresh)
        index_ = std::move(fresh);
    return problems;
}

std::shared_ptr<const Index> Answerer::snapshot() const
{
    const std::lock_guard lock(mutex_);
    return index_;
}

const Card* Answerer::current(const Index& index, std::string_view topic) const
{
    const Card* card = index.find(topic);
    const std::int64_t now = clock_.now_ms();
    return card && card->valid_from_ms <= now && now < card->valid_until_ms ? card : nullptr;
}

Answerer::Heard Answerer::hear(const Index& index, const std::string& text) const
{
    return heard_.get(std::to_string(index.library().fingerprint) + "|" + text, [&] {
        Heard heard;
        heard.ranking = index.rank(text);
        if (const Talk* crisis = crisis_in(index, heard.ranking, text))
            heard.crisis = static_cast<std::size_t>(crisis - index.library().talks.data());
        return heard;
    });
}

/// The cards of the questions that stand in a message each by itself, in their order; empty for a short one.
std::vector<const Card*> Answerer::asked_apart(const Index& index, std::string_view text) const
{
    std::vector<const Card*> asked;
    if (text::length(text) < shortest_with_two_questions)
        return asked;
    std::size_t seen = 0;
    for (const std::string_view clause : clauses(text)) {
        if (text::length(clause) < shortest_question || !asks(clause) || ++seen > most_questions)
            continue;
        const Ranking ranking = hear(index, std::string(clause)).ranking;
        if (ranking.best.empty() || ranking.best.front().score < sure_apart)
            continue;
        const Card& card = index.library().cards[ranking.best.front().card];
        if (current(index, card.topic) && std::find(asked.begin(), asked.end(), &card) == asked.end())
            asked.push_back(&card);
    }
    return asked;
}

/// The answer of `main`; `other`, which may be null, is offered behind it.
Answer Answerer::answer_both(const Index& index, const Card& main, const Card* other,
                             const Asker& asker) const
{
    Answer answer = answer_with(index, main, asker);
    if (other) {
        answer.other = other->topic;
        answer.reply += "\n" + words_.text("asked_besides", json{{"number", main.follow_ups.size() + 1},
                                                                 {"title", other->short_title}});
    }
    return answer;
}

Answer Answerer::ask(std::string_view question, const Asker& asker) const
{
    Answer answer;
    const auto index = snapshot();
    const std::string text = text::normalise(question);
    if (!index || text.empty())
        return answer;
    auto [ranking, crisis] = hear(*index, text);
    std::erase_if(ranking.best, [&](const Ranked& one) {
        return !current(*index, index->library().cards[one.card].topic);
    });
    for (const Ranked& one : ranking.best)
        if (const Card& card = index->library().cards[one.card]; answer.candidates.size() < shown_candidates)
            answer.candidates.push_back({card.topic, card.short_title, one.score});
    if (crisis) {
        answer.action = Action::handoff;
        answer.reply = index->library().talks[*crisis].reply;
        answer.crisis = true;
        return answer;
    }
    if (!answer.candidates.empty()) {
        answer.topic = answer.candidates.front().topic;
        answer.score = answer.candidates.front().score;
    }
    switch (decide(ranking, text, asker.addressed)) {
    case Decision::answer: {
        const Card& card = index->library().cards[ranking.best.front().card];
        const auto apart = asked_apart(*index, text);
        const bool is_one = std::find(apart.begin(), apart.end(), &card) != apart.end();
        const auto other =
            std::find_if(apart.begin(), apart.end(), [&](const Card* one) { return one != &card; });
        Answer both = answer_both(*index, card, is_one && other != apart.end() ? *other : nullptr, asker);
        both.candidates = std::move(answer.candidates);
        both.score = answer.score;
        return both;
    }
    case Decision::clarify:
        if (const auto apart = asked_apart(*index, text); apart.size() > 1) {
            Answer both = answer_both(*index, *apart[0], apart[1], asker);
            both.candidates = std::move(answer.candidates);
            both.score = answer.score;
            return both;
        }
        answer.action = Action::clarify;
        answer.reply = offer(answer.candidates);
        break;
    case Decision::talk:
        answer.action = Action::answer;
        answer.topic.clear();
        answer.reply = index->library().talks[ranking.talk].reply;
        break;
    case Decision::handoff:
        answer.action = Action::handoff;
        answer.reply = words_.text("handoff");
        break;
    case Decision::silent: break;
    }
    return answer;
}

json Answerer::explain(std::string_view question, const Asker& asker) const
{
    const auto index = snapshot();
    const Answer answer = ask(question, asker);
    const std::string text = text::normalise(question);
    json told{{"normalised", text},
              {"action", to_string(answer.action)},
              {"topic", answer.topic},
              {"score", answer.score}};
    const Ranking ranking = index ? index->rank(text) : Ranking();
    if (ranking.best.size() < 2)
        return told;
    const auto& cards = index->library().cards;
    told["ours"] = ranking.ours;
    told["chatter"] = ranking.chatter;
    told["runner_up"] = cards[ranking.best[1].card].topic;
    json features = json::array();
    for (const auto& one : index->reasons(text, ranking.best[0].card, ranking.best[1].card, shown_reasons))
        features.push_back(
            {{"name", one.feature}, {"for_topic", one.for_first}, {"for_runner_up", one.for_second}});
    told["features"] = std::move(features);
    return told;
}

std::optional<std::string> Answerer::crisis_reply(std::string_view text) const
{
    const auto index = snapshot();
    const Talk* crisis = index ? crisis_by_words(index->library(), text::normalise(text)) : nullptr;
    return crisis ? std::optional<std::string>(crisis->reply) : std::nullopt;
}

std::string Answerer::offer(const std::vector<Candidate>& candidates) const
{
    json choices = json::array();
    for (std::size_t i = 0; i < std::min(offered, candidates.size()); ++i)
        choices.push_back({{"number", i + 1}, {"title", candidates[i].title}});
    return words_.text("clarify", json{{"choices", std::move(choices)}});
}

std::string Answerer::render(const Index& index, const Card& card, const std::string& source,
                             bool with_follow_ups, const Asker& asker) const
{
    const Library& library = index.library();
    const std::string& region = asker.region;
    const std::int64_t now = clock_.now_ms();
    std::string key = std::to_string(library.fingerprint) + "|" + std::to_string(words_.generation()) + "|" +
                      card.topic + "|" + (with_follow_ups ? "+|" : "|") + source;
    const bool has_figures = source.find("{{") != std::string::npos;
    if (has_figures)
        key += "|" + library.figures.validity(region, now);
    return rendered_.get(key, [&] {
        json follow_ups = json::array();
        for (std::size_t i = 0; with_follow_ups && i < card.follow_ups.size(); ++i)
            follow_ups.push_back({{"number", i + 1}, {"label", card.follow_ups[i].label}, {"more", i > 0}});
        const bool any = !follow_ups.empty();
        const json figures = has_figures ? library.figures.values(region, now) : json::object();
        return words_.text("answer", json{{"answer", wording::Renderer::fill(source, figures)},
                                          {"follow_ups", std::move(follow_ups)},
                                          {"has_follow_ups", any},
                                          {"sources", sources_json(library, card.citations)}});
    });
}

Answer Answerer::answer_with(const Index& index, const Card& card, const Asker& asker) const
{
    Answer answer;
    answer.action = Action::answer;
    answer.topic = card.topic;
    answer.score = 1;
    answer.citations = card.citations;
    answer.reply = render(index, card, card.answer_for(asker.region, asker.industries), true, asker);
    for (const Variant& one : card.variants)
        if (asker.region.empty() && !one.region.empty() &&
            std::find(answer.regions.begin(), answer.regions.end(), one.region) == answer.regions.end())
            answer.regions.push_back(one.region);
    return answer;
}

std::string Answerer::default_region() const
{
    const auto index = snapshot();
    return index ? index->library().figures.default_region : std::string();
}

std::string Answerer::region_name(const std::string& code) const
{
    const auto index = snapshot();
    if (!index)
        return code;
    const auto found = index->library().regions.find(code);
    return found == index->library().regions.end() ? code : found->second;
}

Answer Answerer::show(std::string_view topic, const Asker& asker) const
{
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    return card ? answer_with(*index, *card, asker) : Answer();
}

std::size_t Answerer::follow_ups(std::string_view topic) const
{
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    return card ? card->follow_ups.size() : 0;
}

std::string Answerer::follow_up(std::string_view topic, std::size_t number, const Asker& asker) const
{
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    if (!card || number >= card->follow_ups.size())
        return {};
    return render(*index, *card, card->follow_ups[number].text, false, asker);
}

int Answerer::follow_up_for(std::string_view topic, std::string_view question) const
{
    constexpr std::size_t longest_follow_up_question = 14;
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    if (!card)
        return -1;
    const std::string text = text::normalise(question);
    if (text::length(text) > longest_follow_up_question)
        return -1;
    for (std::size_t i = 0; i < card->follow_ups.size(); ++i)
        for (const std::string& word : card->follow_ups[i].words)
            if (!word.empty() && text.find(text::normalise(word)) != std::string::npos)
                return static_cast<int>(i);
    return -1;
}

std::string to_json_line(std::string_view question, const Answer& answer, std::int64_t microseconds)
{
    const auto rounded = [](double score) { return std::round(std::clamp(score, 0.0, 1.0) * 1000) / 1000; };
    json candidates = json::array();
    for (const Candidate& one : answer.candidates)
        candidates.push_back({{"topic", one.topic}, {"score", rounded(one.score)}});
    const nlohmann::ordered_json line{{"q", question},
                                      {"action", to_string(answer.action)},
                                      {"topic", answer.topic},
                                      {"score", rounded(answer.score)},
                                      {"candidates", candidates},
                                      {"reply", answer.reply},
                                      {"citations", citations_json(answer.citations)},
                                      {"us", microseconds}};
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace bot::knowledge
