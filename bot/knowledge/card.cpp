#include "bot/knowledge/card.hpp"

#include "bot/core/text.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace bot::knowledge {
namespace {

constexpr std::size_t longest_answer = 200;
constexpr std::size_t longest_follow_up = 150;
constexpr std::size_t fewest_phrasings = 10;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t china_offset_ms = 8 * 3'600'000;

/// Midnight in Asia/Shanghai of a civil date, milliseconds UTC.
std::int64_t midnight_ms(const toml::date& date)
{
    const int y = date.year - (date.month <= 2 ? 1 : 0);
    const int era = y / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (std::int64_t{era} * 146'097 + day_of_era - 719'468) * day_ms - china_offset_ms;
}

class CardReader {
public:
    CardReader(std::string file, std::vector<CardProblem>& problems) : file_(std::move(file)), problems_(problems) {}

    std::optional<Card> read(const toml::table& table)
    {
        const std::size_t before = problems_.size();
        Card card;
        card.file = file_;
        known_keys(table, {"topic", "title", "short", "valid_from", "valid_until", "phrasings", "answer", "follow_up", "citation"});
        card.topic = text(table, "topic");
        card.title = text(table, "title");
        card.short_title = text(table, "short");
        card.answer = text(table, "answer");
        card.valid_from_ms = date(table, "valid_from");
        card.valid_until_ms = date(table, "valid_until") + day_ms;
        card.phrasings = list(table, "phrasings");
        if (card.phrasings.size() < fewest_phrasings)
            problem(table, "phrasings: at least " + std::to_string(fewest_phrasings) + " are needed");
        if (text::length(card.answer) > longest_answer)
            problem(table, "answer: " + std::to_string(text::length(card.answer)) + " characters, at most " + std::to_string(longest_answer));
        if (card.valid_until_ms <= card.valid_from_ms)
            problem(table, "valid_until lies before valid_from");
        read_follow_ups(table, card);
        read_citations(table, card);
        if (problems_.size() != before)
            return std::nullopt;
        return card;
    }

private:
    void read_follow_ups(const toml::table& table, Card& card)
    {
        each(table, "follow_up", [&](const toml::table& one) {
            known_keys(one, {"label", "words", "text"});
            FollowUp follow_up{text(one, "label"), list(one, "words"), text(one, "text")};
            if (text::length(follow_up.text) > longest_follow_up)
                problem(one, "follow_up.text: more than " + std::to_string(longest_follow_up) + " characters");
            card.follow_ups.push_back(std::move(follow_up));
        });
    }

    void read_citations(const toml::table& table, Card& card)
    {
        each(table, "citation", [&](const toml::table& one) {
            known_keys(one, {"law", "article"});
            card.citations.push_back({text(one, "law"), one["article"].value_or(std::string())});
        });
        if (card.citations.empty())
            problem(table, "citation: at least one source is needed");
    }

    template <class F> void each(const toml::table& table, const char* key, F visit)
    {
        const toml::array* array = table[key].as_array();
        if (!array)
            return;
        for (const toml::node& node : *array)
            if (const toml::table* one = node.as_table())
                visit(*one);
            else
                problem(node, std::string(key) + ": write [[" + key + "]]");
    }

    void known_keys(const toml::table& table, std::initializer_list<std::string_view> known)
    {
        for (const auto& [key, node] : table)
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                problem(node, "unknown key \"" + std::string(key.str()) + "\"");
    }

    std::string text(const toml::table& table, const char* key)
    {
        const toml::node* node = table.get(key);
        const auto value = node ? node->value_exact<std::string>() : std::nullopt;
        if (!value || text::trim(*value).empty()) {
            problem(node ? *node : static_cast<const toml::node&>(table), std::string(key) + ": a text is needed");
            return {};
        }
        return std::string(text::trim(*value));
    }

    std::vector<std::string> list(const toml::table& table, const char* key)
    {
        std::vector<std::string> values;
        const toml::array* array = table[key].as_array();
        if (!array) {
            problem(table, std::string(key) + ": a list of texts is needed");
            return values;
        }
        for (const toml::node& node : *array)
            if (const auto value = node.value_exact<std::string>())
                values.push_back(*value);
            else
                problem(node, std::string(key) + ": every entry must be a text");
        return values;
    }

    std::int64_t date(const toml::table& table, const char* key)
    {
        const auto value = table[key].value_exact<toml::date>();
        if (value)
            return midnight_ms(*value);
        problem(table, std::string(key) + ": a date as 2025-01-01 is needed");
        return 0;
    }

    void problem(const toml::node& node, std::string message)
    {
        problems_.push_back({file_, static_cast<int>(node.source().begin.line), std::move(message)});
    }

    std::string file_;
    std::vector<CardProblem>& problems_;
};

std::optional<toml::table> parse(const std::filesystem::path& file, std::vector<CardProblem>& problems)
{
    try {
        return toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
        problems.push_back({file.string(), static_cast<int>(error.source().begin.line), std::string(error.description())});
        return std::nullopt;
    }
}

void load_data(const std::filesystem::path& data, CardSet& set)
{
    if (std::filesystem::exists(data / "chatter.toml"))
        if (const auto table = parse(data / "chatter.toml", set.problems))
            if (const toml::array* lines = (*table)["chatter"].as_array())
                for (const toml::node& node : *lines)
                    set.chatter.push_back(node.value_or(std::string()));
    if (std::filesystem::exists(data / "synonyms.toml"))
        if (const auto table = parse(data / "synonyms.toml", set.problems))
            if (const toml::array* classes = (*table)["classes"].as_array())
                for (const toml::node& node : *classes)
                    if (const toml::array* words = node.as_array()) {
                        auto& one = set.synonyms.emplace_back();
                        for (const toml::node& word : *words)
                            one.push_back(word.value_or(std::string()));
                    }
}

} // namespace

CardSet load_cards(const std::filesystem::path& dir)
{
    CardSet set;
    if (!std::filesystem::is_directory(dir)) {
        set.problems.push_back({dir.string(), 0, "no such directory"});
        return set;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(dir))
        if (entry.path().extension() == ".toml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::map<std::string, std::string> file_of_topic;
    for (const auto& file : files) {
        const auto table = parse(file, set.problems);
        if (!table)
            continue;
        auto card = CardReader(file.string(), set.problems).read(*table);
        if (!card)
            continue;
        const auto [other, is_new] = file_of_topic.emplace(card->topic, file.string());
        if (!is_new)
            set.problems.push_back({file.string(), 1, "topic \"" + card->topic + "\" stands in " + other->second + " too"});
        else
            set.cards.push_back(std::move(*card));
    }
    load_data(dir.parent_path() / "data", set);
    return set;
}

} // namespace bot::knowledge
