#include "bot/knowledge/answerer.hpp"

#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace bot::knowledge {
namespace {

using nlohmann::json;

constexpr std::size_t shown_candidates = 5;
constexpr std::size_t offered = 3;

/// Thresholds on the score of the best card; the calibration lives here alone.
constexpr double sure = 0.19;          ///< addressed: answer from here on
constexpr double sure_in_group = 0.28; ///< addressed to nobody
constexpr double thin_margin = 0.03;
constexpr double worth_offering = 0.11;
constexpr double too_long_for_chat = 300;

const char* const question_words[] = {"吗",   "么",   "怎么", "咋",   "咋办", "如何", "多少", "几天", "几个", "哪",
                                      "什么", "啥",   "能不能", "可以", "是不是", "有没有", "算不算", "该不该", "要不要",
                                      "合法", "为什么", "呢",   "?",   "谁",   "多久", "请问", "咨询", "求助", "想问"};

bool asks(std::string_view text)
{
    return std::any_of(std::begin(question_words), std::end(question_words),
                       [&](const char* word) { return text.find(word) != std::string_view::npos; });
}

json citations_json(const std::vector<Citation>& citations)
{
    json list = json::array();
    for (const Citation& one : citations)
        list.push_back({{"law", one.law}, {"article", one.article}});
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

std::vector<CardProblem> Answerer::reload(const std::filesystem::path& dir)
{
    auto fresh = std::make_shared<const Index>(load_cards(dir));
    const std::lock_guard lock(mutex_);
    if (!fresh->cards().empty() || !index_)
        index_ = fresh;
    return fresh->problems();
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

Answer Answerer::ask(std::string_view question, bool in_group) const
{
    Answer answer;
    const auto index = snapshot();
    const std::string text = text::normalise(question);
    if (!index || text.empty())
        return answer;
    const Ranking ranking = index->rank(text);
    for (const Ranked& one : ranking.best) {
        const Card& card = index->cards()[one.card];
        if (answer.candidates.size() < shown_candidates && current(*index, card.topic))
            answer.candidates.push_back({card.topic, card.short_title, one.score});
    }
    if (answer.candidates.empty())
        return answer;
    const Candidate& best = answer.candidates.front();
    const double second = answer.candidates.size() > 1 ? answer.candidates[1].score : 0;
    const bool like_chatter = ranking.chatter > best.score + 0.05;
    const bool question_like = asks(text);
    const std::vector<Candidate> candidates = answer.candidates;

    const double needed = in_group ? sure_in_group : sure;
    const bool quiet = in_group && (!question_like || like_chatter || static_cast<double>(text::length(text)) > too_long_for_chat);
    if (!quiet && best.score >= needed && !(like_chatter && best.score < sure_in_group)) {
        if (!in_group && best.score - second < thin_margin && best.score < sure_in_group) {
            answer.action = Action::clarify;
        } else {
            answer = answer_with(*index->find(best.topic));
            answer.candidates = candidates;
            answer.score = candidates.front().score;
            return answer;
        }
    } else if (!in_group && !like_chatter && best.score >= worth_offering) {
        answer.action = Action::clarify;
    } else if (!in_group && !(like_chatter && !question_like)) {
        answer.action = Action::handoff;
    }
    answer.topic = best.topic;
    answer.score = best.score;
    if (answer.action == Action::clarify) {
        json choices = json::array();
        for (std::size_t i = 0; i < std::min(offered, answer.candidates.size()); ++i)
            choices.push_back({{"number", i + 1}, {"title", answer.candidates[i].title}});
        answer.reply = words_.text("clarify", json{{"choices", std::move(choices)}});
    } else if (answer.action == Action::handoff) {
        answer.reply = words_.text("handoff");
    }
    return answer;
}

Answer Answerer::answer_with(const Card& card) const
{
    Answer answer;
    answer.action = Action::answer;
    answer.topic = card.topic;
    answer.score = 1;
    answer.citations = card.citations;
    json follow_ups = json::array();
    for (std::size_t i = 0; i < card.follow_ups.size(); ++i)
        follow_ups.push_back({{"number", i + 1}, {"label", card.follow_ups[i].label}, {"more", i > 0}});
    json citations = citations_json(card.citations);
    for (std::size_t i = 1; i < citations.size(); ++i)
        citations[i]["more"] = true;
    const bool any = !follow_ups.empty();
    answer.reply = words_.text("answer", json{{"answer", card.answer}, {"follow_ups", std::move(follow_ups)},
                                              {"has_follow_ups", any}, {"citations", std::move(citations)}});
    return answer;
}

Answer Answerer::show(std::string_view topic) const
{
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    return card ? answer_with(*card) : Answer();
}

std::size_t Answerer::follow_ups(std::string_view topic) const
{
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    return card ? card->follow_ups.size() : 0;
}

std::string Answerer::follow_up(std::string_view topic, std::size_t number) const
{
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    if (!card || number >= card->follow_ups.size())
        return {};
    json citations = citations_json(card->citations);
    for (std::size_t i = 1; i < citations.size(); ++i)
        citations[i]["more"] = true;
    return words_.text("answer", json{{"answer", card->follow_ups[number].text}, {"has_follow_ups", false}, {"citations", std::move(citations)}});
}

int Answerer::follow_up_for(std::string_view topic, std::string_view question) const
{
    constexpr std::size_t longest_follow_up_question = 14;
    const std::string text = text::normalise(question);
    const auto index = snapshot();
    const Card* card = index ? current(*index, topic) : nullptr;
    if (!card || text::length(text) > longest_follow_up_question)
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
