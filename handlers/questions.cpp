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

bot::knowledge::Asker asker_of(const Turn& turn)
{
    bot::knowledge::Asker asker;
    asker.addressed = turn.addressed;
    if (turn.group) {
        asker.region = turn.group->org;
        asker.industries = turn.group->industries;
    }
    return asker;
}

std::optional<bot::Reply> say(std::string text)
{
    bot::Reply reply;
    reply.text = std::move(text);
    return reply;
}

} // namespace

Questions::Questions(const bot::knowledge::Answerer& answerer, bot::routing::Contexts& contexts,
                     const bot::wording::Renderer& words, const std::string& menu_file, Log log)
    : answerer_(answerer), contexts_(contexts), words_(words), log_(std::move(log))
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

bool Questions::matches(const Turn& turn) const
{
    const bool attentive = turn.group && turn.group->mode == bot::routing::GroupMode::attentive;
    const bool command = turn.text == menu_word || turn.text == help_word || shortcuts_.contains(turn.text);
    return turn.addressed || attentive || command || chosen_number(turn) > 0 || is_dislike(turn) ||
           follow_up_of(turn) >= 0 || answerer_.crisis_reply(turn.text).has_value();
}

boost::asio::awaitable<std::optional<bot::Reply>> Questions::answer(Turn turn)
{
    if (const std::size_t number = chosen_number(turn); number > 0)
        co_return choose(turn, number);
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
    co_return ask(turn);
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

std::optional<bot::Reply> Questions::choose(const Turn& turn, std::size_t number)
{
    if (number > turn.memory.choices.size())
        return turn.addressed ? menu(turn) : std::nullopt;
    const Choice& choice = turn.memory.choices[number - 1];
    if (choice.kind == Choice::Kind::topic)
        return show_topic(turn, choice.topic);
    if (choice.kind == Choice::Kind::follow_up)
        return say(
            answerer_.follow_up(choice.topic, static_cast<std::size_t>(choice.follow_up), asker_of(turn)));
    if (const auto shortcut = shortcuts_.find(choice.topic); shortcut != shortcuts_.end())
        return show_topic(turn, shortcut->second);
    Turn again = turn;
    again.text = choice.topic;
    again.addressed = true;
    return ask(again);
}

std::optional<bot::Reply> Questions::menu(const Turn& turn)
{
    Memory memory;
    json items = json::array();
    for (const MenuItem& item : menu_) {
        memory.choices.push_back({Choice::Kind::words, item.words, 0});
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
    remember_card(turn, topic);
    return say(answer.reply);
}

std::optional<bot::Reply> Questions::ask(const Turn& turn)
{
    auto answer = answerer_.ask(turn.text, asker_of(turn));
    const bool asked_before = answer.action == bot::knowledge::Action::clarify && turn.memory.clarified &&
                              turn.event.chat.type == bot::ChatType::group;
    if (answer.action == bot::knowledge::Action::silent)
        return std::nullopt;
    if (answer.action != bot::knowledge::Action::answer && !answer.crisis)
        note(turn, bot::knowledge::to_string(answer.action), answer.topic);
    if (asked_before)
        return say(words_.text("handoff"));
    if (answer.action == bot::knowledge::Action::answer && !answer.topic.empty()) {
        remember_card(turn, answer.topic);
    } else if (answer.action == bot::knowledge::Action::clarify) {
        Memory memory;
        memory.clarified = true;
        for (std::size_t i = 0; i < answer.candidates.size() && i < 3; ++i)
            memory.choices.push_back({Choice::Kind::topic, answer.candidates[i].topic, 0});
        contexts_.remember(turn.event, std::move(memory));
    }
    return say(std::move(answer.reply));
}

void Questions::remember_card(const Turn& turn, const std::string& topic)
{
    Memory memory;
    memory.topic = topic;
    for (std::size_t i = 0; i < answerer_.follow_ups(topic); ++i)
        memory.choices.push_back({Choice::Kind::follow_up, topic, static_cast<int>(i)});
    contexts_.remember(turn.event, std::move(memory));
}

} // namespace handlers
