#include "bot/knowledge/library.hpp"

#include "bot/core/text.hpp"
#include "bot/knowledge/table_reader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace bot::knowledge {
namespace {

constexpr std::size_t longest_answer = 200;
constexpr std::size_t longest_follow_up = 150;
constexpr std::size_t longest_reply = 150;
constexpr std::size_t fewest_phrasings = 30;
constexpr std::int64_t day_ms = 86'400'000;

/// Characters a reader sees at most: without the `{{…}}` of figures, which are short.
std::size_t shown_length(std::string_view text)
{
    std::string plain;
    while (!text.empty()) {
        const std::size_t open = std::min(text.find("{{"), text.size());
        plain += text.substr(0, open);
        const std::size_t close = text.find("}}", open);
        text.remove_prefix(close == std::string_view::npos ? text.size() : close + 2);
    }
    return text::length(plain);
}

/// The names in `{{name}}`, `{{#name}}`, `{{^name}}`, `{{/name}}`.
std::set<std::string> figure_names(std::string_view text)
{
    std::set<std::string> names;
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
        const std::size_t close = std::min(text.find("}}", at), text.size());
        std::string name(text.substr(at + 2, close - at - 2));
        if (!name.empty() && (name[0] == '#' || name[0] == '^' || name[0] == '/'))
            name.erase(0, 1);
        names.insert(std::move(name));
    }
    return names;
}

class CardReader {
public:
    CardReader(const std::string& file, Library& library, bool is_overlay)
        : reader_(file, library.problems), file_(file), library_(library), is_overlay_(is_overlay)
    {
    }

    void read_file() { add(reader_.parse()); }
    void read_text(std::string_view toml) { add(reader_.parse(toml)); }

private:
    void add(const std::optional<toml::table>& table)
    {
        if (!table)
            return;
        const std::size_t before = library_.problems.size();
        reader_.known_keys(*table, {"topic", "title", "short", "valid_from", "valid_until", "phrasings",
                                    "answer", "follow_up", "variant", "citation"});
        Card card = read_head(*table);
        read_variants(*table, card);
        read_follow_ups(*table, card);
        read_citations(*table, card);
        check_figures(*table, card);
        check_topic(*table, card);
        if (library_.problems.size() == before)
            keep(std::move(card));
    }

    void check_topic(const toml::table& table, const Card& card)
    {
        const auto& topics = library_.topics;
        if (!topics.empty() && std::find(topics.begin(), topics.end(), card.topic) == topics.end())
            reader_.problem(table, "topic \"" + card.topic + "\" does not stand in data/topics.toml");
        for (const Card& other : library_.cards)
            if (other.topic == card.topic && !is_overlay_)
                reader_.problem(table, "topic \"" + card.topic + "\" stands in " + other.file + " too");
    }

    void keep(Card card)
    {
        for (Card& other : library_.cards)
            if (other.topic == card.topic) {
                other = std::move(card);
                return;
            }
        library_.cards.push_back(std::move(card));
    }

    Card read_head(const toml::table& table)
    {
        Card card;
        card.file = file_;
        card.topic = reader_.text(table, "topic");
        card.title = reader_.text(table, "title");
        card.short_title = reader_.text(table, "short");
        card.answer = answer_text(table, table);
        card.valid_from_ms = reader_.date(table, "valid_from");
        card.valid_until_ms = reader_.date(table, "valid_until") + day_ms;
        card.phrasings = reader_.list(table, "phrasings");
        card.typical = card.phrasings.size();
        if (card.phrasings.size() < fewest_phrasings)
            reader_.problem(table, "phrasings: " + std::to_string(card.phrasings.size()) + ", at least " +
                                       std::to_string(fewest_phrasings) + " are needed");
        if (card.valid_until_ms <= card.valid_from_ms)
            reader_.problem(table, "valid_until lies before valid_from");
        return card;
    }

    std::string answer_text(const toml::table& table, const toml::node& where)
    {
        std::string answer = reader_.text(table, "answer");
        if (shown_length(answer) > longest_answer)
            reader_.problem(where, "answer: " + std::to_string(shown_length(answer)) +
                                       " characters, at most " + std::to_string(longest_answer));
        return answer;
    }

    void read_variants(const toml::table& table, Card& card)
    {
        reader_.each(table, "variant", [&](const toml::table& one) {
            reader_.known_keys(one, {"region", "industry", "answer"});
            Variant variant{reader_.optional_text(one, "region"), reader_.optional_text(one, "industry"),
                            answer_text(one, one)};
            if (variant.region.empty() && variant.industry.empty())
                reader_.problem(one, "variant: a region or an industry is needed");
            if (!variant.region.empty() && !library_.regions.empty() &&
                !library_.regions.contains(variant.region))
                reader_.problem(one, "variant: region \"" + variant.region +
                                         "\" does not stand in data/regions.toml");
            card.variants.push_back(std::move(variant));
        });
    }

    void read_follow_ups(const toml::table& table, Card& card)
    {
        reader_.each(table, "follow_up", [&](const toml::table& one) {
            reader_.known_keys(one, {"label", "words", "text"});
            FollowUp follow_up{reader_.text(one, "label"), reader_.list(one, "words"),
                               reader_.text(one, "text")};
            if (shown_length(follow_up.text) > longest_follow_up)
                reader_.problem(one, "follow_up.text: more than " + std::to_string(longest_follow_up) +
                                         " characters");
            card.follow_ups.push_back(std::move(follow_up));
        });
    }

    void read_citations(const toml::table& table, Card& card)
    {
        reader_.each(table, "citation", [&](const toml::table& one) {
            reader_.known_keys(one, {"law", "article"});
            Citation citation{reader_.text(one, "law"), reader_.optional_text(one, "article")};
            check_citation(one, citation);
            card.citations.push_back(std::move(citation));
        });
        if (card.citations.empty())
            reader_.problem(table, "citation: at least one source is needed");
    }

    void check_citation(const toml::table& where, const Citation& citation)
    {
        const auto law = library_.laws.find(citation.law);
        if (law == library_.laws.end()) {
            reader_.problem(where, "citation: 《" + citation.law + "》 does not stand in data/laws.toml");
            return;
        }
        if (citation.article.empty())
            return;
        const int number = article_number(citation.article);
        if (number == 0)
            reader_.problem(where, "citation: \"" + citation.article + "\" is no article; write 第五十条");
        else if (law->second.articles != 0 && number > law->second.articles)
            reader_.problem(where, "citation: 《" + citation.law + "》 has " +
                                       std::to_string(law->second.articles) + " articles");
    }

    void check_figures(const toml::table& table, const Card& card)
    {
        std::string all = card.answer;
        for (const Variant& one : card.variants)
            all += one.answer;
        for (const FollowUp& one : card.follow_ups)
            all += one.text;
        for (const std::string& name : figure_names(all))
            if (!library_.figures.has(name))
                reader_.problem(table, "{{" + name + "}} is no figure of data/figures.toml");
    }

    TableReader reader_;
    const std::string& file_;
    Library& library_;
    const bool is_overlay_;
};

void read_topics(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    if (const auto table = reader.parse())
        for (std::string& one : reader.list(*table, "topics"))
            library.topics.push_back(std::move(one));
}

void read_figures(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    const auto table = reader.parse();
    if (!table)
        return;
    reader.known_keys(*table, {"default_region", "figure"});
    if (table->contains("default_region"))
        library.figures.default_region = reader.text(*table, "default_region");
    reader.each(*table, "figure", [&](const toml::table& one) {
        reader.known_keys(one, {"name", "region", "value", "unit", "valid_from", "valid_until", "source"});
        reader.text(one, "source");
        Figure figure{reader.text(one, "name"), reader.optional_text(one, "region"),
                      reader.text(one, "value"), reader.date(one, "valid_from"),
                      reader.date(one, "valid_until") + day_ms};
        library.figures.rows.push_back(std::move(figure));
    });
}

void read_laws(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    const auto table = reader.parse();
    if (!table)
        return;
    reader.each(*table, "law", [&](const toml::table& one) {
        reader.known_keys(one, {"title", "full", "articles", "state", "checked"});
        library.laws[reader.text(one, "title")] = {
            static_cast<int>(one["articles"].value_or(std::int64_t{0})), reader.text(one, "state")};
    });
}

void read_regions(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    const auto table = reader.parse();
    if (!table)
        return;
    reader.known_keys(*table, {"region"});
    reader.each(*table, "region", [&](const toml::table& one) {
        reader.known_keys(one, {"code", "name"});
        library.regions[reader.text(one, "code")] = reader.text(one, "name");
    });
}

void read_chatter(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    const auto table = reader.parse();
    if (!table)
        return;
    reader.known_keys(*table, {"chatter", "elsewhere"});
    for (const auto& [key, lines] :
         {std::pair("chatter", &library.chatter), std::pair("elsewhere", &library.elsewhere)})
        if (table->contains(key))
            for (std::string& one : reader.list(*table, key))
                lines->push_back(std::move(one));
}

void read_synonyms(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    const auto table = reader.parse();
    if (!table)
        return;
    const toml::array* classes = (*table)["classes"].as_array();
    if (!classes)
        return reader.problem(*table, "classes: a list of lists of words is needed");
    for (const toml::node& node : *classes) {
        const toml::array* words = node.as_array();
        if (!words) {
            reader.problem(node, "classes: every entry must be a list of words");
            continue;
        }
        auto& one = library.synonyms.emplace_back();
        for (const toml::node& word : *words)
            one.push_back(word.value_or(std::string()));
    }
}

void read_talks(const std::filesystem::path& file, Library& library)
{
    TableReader reader(file.string(), library.problems);
    const auto table = reader.parse();
    if (!table)
        return;
    reader.known_keys(*table, {"talk"});
    reader.each(*table, "talk", [&](const toml::table& one) {
        reader.known_keys(one, {"name", "kind", "phrasings", "words", "reply"});
        Talk talk;
        talk.name = reader.text(one, "name");
        talk.crisis = reader.text(one, "kind") == "crisis";
        talk.phrasings = reader.list(one, "phrasings");
        if (one.contains("words"))
            talk.words = reader.list(one, "words");
        talk.reply = reader.text(one, "reply");
        if (text::length(talk.reply) > longest_reply)
            reader.problem(one, "reply: more than " + std::to_string(longest_reply) + " characters");
        library.talks.push_back(std::move(talk));
    });
}

std::uint64_t hash_file(std::uint64_t hash, const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    for (std::istreambuf_iterator<char> at(in), end; at != end; ++at)
        hash = (hash ^ static_cast<unsigned char>(*at)) * 1099511628211ULL;
    return hash;
}

void read_data(const std::filesystem::path& dir, Library& library)
{
    using Read = void (*)(const std::filesystem::path&, Library&);
    static constexpr std::pair<const char*, Read> parts[] = {
        {"topics.toml", read_topics},   {"laws.toml", read_laws},         {"figures.toml", read_figures},
        {"chatter.toml", read_chatter}, {"synonyms.toml", read_synonyms}, {"smalltalk.toml", read_talks},
        {"regions.toml", read_regions}};
    for (const auto& [name, read] : parts)
        if (const auto file = dir / name; std::filesystem::exists(file)) {
            library.fingerprint = hash_file(library.fingerprint, file);
            read(file, library);
        }
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& dir, std::string_view extension)
{
    std::vector<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(dir, none))
        if (entry.path().extension() == extension)
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

void read_cards(const std::filesystem::path& dir, Library& library, bool is_overlay)
{
    for (const auto& file : files_in(dir, ".toml")) {
        library.fingerprint = hash_file(library.fingerprint, file);
        const std::string name = file.string();
        CardReader(name, library, is_overlay).read_file();
    }
}

/// More phrasings of a card, a line each, in a file that its topic names.
void read_phrasings(const std::filesystem::path& file, Library& library)
{
    const std::string topic = file.stem().string();
    const auto card = std::find_if(library.cards.begin(), library.cards.end(),
                                   [&](const Card& one) { return one.topic == topic; });
    if (card == library.cards.end())
        return library.problems.push_back({file.string(), 0, "no card has the topic \"" + topic + "\""});
    std::ifstream in(file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (text::normalise(line).empty())
            library.problems.push_back({file.string(), number, "a phrasing is needed, not an empty line"});
        else
            card->phrasings.push_back(std::move(line));
    }
}

void read_all_phrasings(const std::filesystem::path& dir, Library& library)
{
    for (const auto& file : files_in(dir, ".txt")) {
        library.fingerprint = hash_file(library.fingerprint, file);
        read_phrasings(file, library);
    }
}

} // namespace

Library load_library(const std::filesystem::path& dir, const std::filesystem::path& overlay)
{
    Library library;
    if (!std::filesystem::is_directory(dir)) {
        library.problems.push_back({dir.string(), 0, "no such directory"});
        return library;
    }
    library.fingerprint = 14695981039346656037ULL;
    read_data((dir / ".." / "data").lexically_normal(), library);
    if (!overlay.empty() && !std::filesystem::is_directory(overlay))
        library.problems.push_back({overlay.string(), 0, "no such directory"});
    if (!overlay.empty())
        read_data(overlay / "data", library);
    read_cards(dir, library, false);
    if (!overlay.empty())
        read_cards(overlay / "knowledge", library, true);
    read_all_phrasings(dir / "phrasings", library);
    if (!overlay.empty())
        read_all_phrasings(overlay / "knowledge" / "phrasings", library);
    return library;
}

void add_card(std::string_view toml, const std::string& file, Library& library)
{
    CardReader(file, library, false).read_text(toml);
}

std::vector<Problem> check_whole(const Library& library)
{
    std::vector<Problem> problems;
    for (const std::string& topic : library.topics)
        if (std::none_of(library.cards.begin(), library.cards.end(),
                         [&](const Card& card) { return card.topic == topic; }))
            problems.push_back({"data/topics.toml", 0, "topic \"" + topic + "\" has no card"});
    std::map<std::string, const Card*> card_of;
    for (const Card& card : library.cards)
        for (const std::string& one : card.phrasings)
            if (const auto [known, is_new] = card_of.emplace(text::normalise(one), &card);
                !is_new && known->second != &card)
                problems.push_back(
                    {card.file, 0, "phrasing \"" + one + "\" stands in " + known->second->file + " too"});
    return problems;
}

int article_number(std::string_view article)
{
    static constexpr std::string_view digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    constexpr std::size_t wide = 3; // bytes of one Chinese character
    if (!article.starts_with("第") || !article.ends_with("条") || article.size() <= 2 * wide)
        return 0;
    article = article.substr(wide, article.size() - 2 * wide);
    int sum = 0, digit = 0;
    for (; article.size() >= wide; article.remove_prefix(wide)) {
        const std::string_view one = article.substr(0, wide);
        const auto* found = std::find(std::begin(digits), std::end(digits), one);
        const int unit = one == "十" ? 10 : one == "百" ? 100 : one == "千" ? 1000 : 0;
        if (found != std::end(digits)) {
            digit = static_cast<int>(found - digits);
        } else if (unit != 0) {
            sum += std::max(digit, 1) * unit;
            digit = 0;
        } else {
            return 0;
        }
    }
    return sum + digit;
}

} // namespace bot::knowledge
