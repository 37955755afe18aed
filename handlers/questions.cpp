#include "handlers/questions.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/sentences.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace handlers {
namespace {

using bot::routing::Choice;
using bot::routing::Memory;
using nlohmann::json;

constexpr auto human = "人工";
constexpr auto menu_word = "菜单";
constexpr auto help_word = "帮助";
constexpr std::size_t offered = 3; ///< numbered choices when a few cards are close
constexpr auto elsewhere = "0";    ///< a region that no card knows: what holds everywhere holds there

std::optional<bot::Reply> say(std::string text)
{
    bot::Reply reply;
    reply.text = std::move(text);
    return reply;
}

} // namespace

Questions::Questions(const bot::knowledge::Answerer& answerer, bot::routing::Contexts& contexts,
                     const bot::wording::Renderer& words, const std::string& menu_file, Log log,
                     Advise advise)
    : answerer_(answerer), contexts_(contexts), words_(words), log_(std::move(log)),
      advise_(std::move(advise))
{
    std::ifstream in(menu_file);
    const json file = json::parse(in, nullptr, false);
    if (file.is_discarded())
        throw std::runtime_error(menu_file + ": not there, or not JSON");
    for (const json& item : file.at("menu"))
        menu_.push_back({item.at("label").get<std::string>(), item.at("words").get<std::string>()});
    shortcuts_ = file.at("shortcuts").get<std::map<std::string, std::string>>();
    dislikes_ = file.at("dislikes").get<std::set<std::string>>();
}

bot::knowledge::Asker Questions::asker_of(const Turn& turn) const
{
    bot::knowledge::Asker asker;
    asker.addressed = turn.addressed;
    if (turn.group)
        asker.industries = turn.group->industries;
    asker.region = turn.group ? turn.group->org : contexts_.region_of(turn.event);
    if (asker.region.empty())
        asker.region = turn.home_region;
    return asker;
}

bool Questions::matches(const Turn& turn) const
{
    const bool attentive = turn.group && turn.group->mode == bot::routing::GroupMode::attentive;
    const bool command = turn.text == menu_word || turn.text == help_word || shortcuts_.contains(turn.text);
    return turn.addressed || attentive || command || chosen_number(turn) > 0 || is_dislike(turn) ||
           follow_up_of(turn) >= 0 || answerer_.crisis_reply(turn.text).has_value();
}

boost::asio::awaitable<std::optional<bot::Reply>> Questions::answer(Turn turn)
{
    std::optional<bot::Reply> reply;
    if (const std::size_t number = chosen_number(turn); number > 0) {
        reply = co_await choose(std::move(turn), number);
        co_return reply;
    }
    if (turn.text == menu_word || turn.text == help_word || (turn.text.empty() && turn.addressed))
        co_return menu(turn);
    if (const auto shortcut = shortcuts_.find(turn.text); shortcut != shortcuts_.end())
        co_return show_topic(turn, shortcut->second);
    if (is_dislike(turn)) {
        note(turn, "disliked", turn.memory.topic);
        co_return say(words_.text("disliked"));
    }
    if (const int follow_up = follow_up_of(turn); follow_up >= 0)
        co_return say(
            answerer_.follow_up(turn.memory.topic, static_cast<std::size_t>(follow_up), asker_of(turn)));
    reply = co_await ask(std::move(turn));
    co_return reply;
}

/// The number that the message is, when this person was shown a list; else 0.
std::size_t Questions::chosen_number(const Turn& turn) const
{
    if (turn.memory.choices.empty())
        return 0;
    const auto number = bot::text::as_number(turn.text);
    return number && *number >= 1 ? static_cast<std::size_t>(*number) : 0;
}

/// The follow-up of the last answer that the words ask for, or -1. Said to nobody, only a plain question goes
/// on.
int Questions::follow_up_of(const Turn& turn) const
{
    const int found = answerer_.follow_up_for(turn.memory.topic, turn.text);
    return found >= 0 && (turn.addressed || bot::knowledge::asks(bot::text::normalise(turn.text))) ? found
                                                                                                   : -1;
}

bool Questions::is_dislike(const Turn& turn) const
{
    return !turn.memory.topic.empty() && dislikes_.contains(turn.text);
}

void Questions::note(const Turn& turn, const char* action, const std::string& topic)
{
    bot::storage::AskedQuestion asked;
    asked.account = turn.event.account;
    asked.chat = turn.event.chat.id;
    asked.chat_type = turn.event.chat.type == bot::ChatType::group ? "group" : "direct";
    asked.message_id = turn.event.message_id;
    asked.text = bot::text::for_log(turn.text);
    asked.action = action;
    asked.topic = topic;
    log_(std::move(asked));
}

boost::asio::awaitable<std::optional<bot::Reply>> Questions::choose(Turn turn, std::size_t number)
{
    if (number > turn.memory.choices.size())
        co_return turn.addressed ? menu(turn) : std::nullopt;
    const Choice choice = turn.memory.choices[number - 1];
    if (choice.kind == Choice::Kind::region)
        contexts_.remember_region(turn.event, choice.region);
    if (choice.kind == Choice::Kind::topic || choice.kind == Choice::Kind::region)
        co_return show_topic(turn, choice.topic);
    if (choice.kind == Choice::Kind::follow_up)
        co_return say(
            answerer_.follow_up(choice.topic, static_cast<std::size_t>(choice.follow_up), asker_of(turn)));
    if (const auto shortcut = shortcuts_.find(choice.topic); shortcut != shortcuts_.end())
        co_return show_topic(turn, shortcut->second);
    turn.text = choice.topic;
    turn.addressed = true;
    auto reply = co_await ask(std::move(turn));
    co_return reply;
}

std::optional<bot::Reply> Questions::menu(const Turn& turn)
{
    Memory memory;
    json items = json::array();
    for (const MenuItem& item : menu_) {
        memory.choices.push_back({Choice::Kind::words, item.words, 0, {}});
        items.push_back({{"number", memory.choices.size()}, {"label", item.label}});
    }
    contexts_.remember(turn.event, std::move(memory));
    return say(words_.text("menu", json{{"items", std::move(items)}}));
}

std::optional<bot::Reply> Questions::show_topic(const Turn& turn, const std::string& topic)
{
    const auto answer = answerer_.show(topic, asker_of(turn));
    if (answer.action != bot::knowledge::Action::answer)
        return say(words_.text(turn.text == human ? "human" : "not_ready"));
    return give(turn, answer);
}

/// The card, or where its answer depends on a place that nobody knows, the question which place.
std::optional<bot::Reply> Questions::give(const Turn& turn, const bot::knowledge::Answer& answer)
{
    if (answer.regions.empty()) {
        remember_card(turn, answer);
        return say(answer.reply);
    }
    Memory memory;
    json choices = json::array();
    const auto offer = [&](const std::string& code, const std::string& name) {
        memory.choices.push_back({Choice::Kind::region, answer.topic, 0, code});
        choices.push_back({{"number", memory.choices.size()}, {"name", name}});
    };
    for (const std::string& code : answer.regions)
        offer(code, answerer_.region_name(code));
    offer(elsewhere, words_.text("elsewhere"));
    contexts_.remember(turn.event, std::move(memory));
    return say(words_.text("which_region", json{{"choices", std::move(choices)}}));
}

boost::asio::awaitable<std::optional<bot::Reply>> Questions::ask(Turn turn)
{
    auto answer = answerer_.ask(turn.text, asker_of(turn));
    if (answer.action == bot::knowledge::Action::silent)
        co_return std::nullopt;
    if (answer.action == bot::knowledge::Action::answer && !answer.topic.empty())
        co_return give(turn, answer);
    if (answer.action == bot::knowledge::Action::clarify) {
        auto reply = co_await clarify(std::move(turn), std::move(answer));
        co_return reply;
    }
    if (answer.action == bot::knowledge::Action::handoff && !answer.crisis)
        note(turn, bot::knowledge::to_string(answer.action), answer.topic);
    co_return say(std::move(answer.reply));
}

/// A few cards are close: the adviser may know which is meant; else the person chooses. In a group nobody is
/// asked twice in a row.
boost::asio::awaitable<std::optional<bot::Reply>> Questions::clarify(Turn turn, bot::knowledge::Answer answer)
{
    if (answer.candidates.size() > offered)
        answer.candidates.resize(offered);
    if (advise_) {
        std::vector<std::string> titles;
        for (const auto& one : answer.candidates)
            titles.push_back(one.title);
        const auto place = co_await advise_(turn.text, std::move(titles));
        if (place && *place < answer.candidates.size())
            co_return show_topic(turn, answer.candidates[*place].topic);
    }
    note(turn, bot::knowledge::to_string(answer.action), answer.topic);
    if (turn.memory.clarified && turn.event.chat.type == bot::ChatType::group)
        co_return say(words_.text("handoff"));
    Memory memory;
    memory.clarified = true;
    for (const auto& one : answer.candidates)
        memory.choices.push_back({Choice::Kind::topic, one.topic, 0, {}});
    contexts_.remember(turn.event, std::move(memory));
    co_return say(std::move(answer.reply));
}

void Questions::remember_card(const Turn& turn, const bot::knowledge::Answer& answer)
{
    Memory memory;
    memory.topic = answer.topic;
    for (std::size_t i = 0; i < answerer_.follow_ups(answer.topic); ++i)
        memory.choices.push_back({Choice::Kind::follow_up, answer.topic, static_cast<int>(i), {}});
    if (!answer.other.empty())
        memory.choices.push_back({Choice::Kind::topic, answer.other, 0, {}});
    contexts_.remember(turn.event, std::move(memory));
}

} // namespace handlers
