#pragma once
#include "bot/knowledge/answerer.hpp"
#include "bot/storage/questions_store.hpp"
#include "bot/wording/renderer.hpp"
#include "handlers/handler.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace handlers {

/// The menu, numbers that answer a list, command words that stand for a topic, every question, and 不对 after
/// an answer.
class Questions final : public Handler {
public:
    using Log = std::function<void(bot::storage::AskedQuestion)>;
    /// Which of a few close titles a question means: its place, or nothing. Never throws.
    using Advise = std::function<boost::asio::awaitable<std::optional<std::size_t>>(
        std::string question, std::vector<std::string> titles)>;

    /// `menu_file` is `templates/data/menu.json`. Throws std::runtime_error when it cannot be read.
    /// `advise` may be empty.
    Questions(const bot::knowledge::Answerer& answerer, bot::routing::Contexts& contexts,
              const bot::wording::Renderer& words, const std::string& menu_file, Log log, Advise advise = {});
    bool matches(const Turn& turn) const override;
    boost::asio::awaitable<std::optional<bot::Reply>> answer(Turn turn) override;

private:
    struct MenuItem {
        std::string label, words;
    };

    std::size_t chosen_number(const Turn& turn) const;
    int follow_up_of(const Turn& turn) const;
    bool is_dislike(const Turn& turn) const;
    void note(const Turn& turn, const char* action, const std::string& topic);
    boost::asio::awaitable<std::optional<bot::Reply>> choose(Turn turn, std::size_t number);
    std::optional<bot::Reply> menu(const Turn& turn);
    std::optional<bot::Reply> show_topic(const Turn& turn, const std::string& topic);
    boost::asio::awaitable<std::optional<bot::Reply>> ask(Turn turn);
    boost::asio::awaitable<std::optional<bot::Reply>> clarify(Turn turn, bot::knowledge::Answer answer);
    std::optional<bot::Reply> give(const Turn& turn, const bot::knowledge::Answer& answer);
    void remember_card(const Turn& turn, const bot::knowledge::Answer& answer);
    bot::knowledge::Asker asker_of(const Turn& turn) const;

    const bot::knowledge::Answerer& answerer_;
    bot::routing::Contexts& contexts_;
    const bot::wording::Renderer& words_;
    std::vector<MenuItem> menu_;
    std::map<std::string, std::string> shortcuts_;
    std::set<std::string> dislikes_;
    const Log log_;
    const Advise advise_;
};

} // namespace handlers
