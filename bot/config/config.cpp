#include "bot/config/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <variant>

extern char** environ;

namespace bot::config {
namespace {

using Strings = std::vector<std::string>;

/// Where a key's value goes; the variant's type is the type the key must have.
struct Key {
    const char* section;
    const char* name;
    std::variant<std::string Config::*, int Config::*, Strings Config::*, std::filesystem::path Config::*,
                 Secret Config::*>
        field;
};

const Key keys[] = {
    {"server", "listen", &Config::listen},
    {"server", "public_url", &Config::public_url},
    {"server", "trusted_proxies", &Config::trusted_proxies},
    {"store", "url", &Config::store_url},
    {"knowledge", "dir", &Config::knowledge_dir},
    {"knowledge", "overlay", &Config::knowledge_overlay},
    {"llm", "url", &Config::llm_url},
    {"llm", "model", &Config::llm_model},
    {"llm", "key", &Config::llm_key},
    {"llm", "budget_ms", &Config::llm_budget_ms},
    {"bot", "names", &Config::names},
    {"outreach", "quiet_hours", &Config::quiet_hours},
    {"outreach", "per_group_per_day", &Config::per_group_per_day},
    {"outreach", "approval_from_groups", &Config::approval_from_groups},
    {"site", "emblem", &Config::emblem},
    {"map", "base", &Config::map_base},
    {"map", "datum", &Config::map_datum},
    {"map", "key", &Config::map_key},
    {"map", "attribution", &Config::map_attribution},
    {"map", "walk_radius_m", &Config::walk_radius_m},
    {"map", "ebike_radius_m", &Config::ebike_radius_m},
};

std::size_t edit_distance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

std::optional<std::string> read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Strings split_list(const std::string& text)
{
    Strings parts;
    std::stringstream in(text);
    for (std::string part; std::getline(in, part, ',');)
        if (!part.empty())
            parts.push_back(part);
    return parts;
}

class Reader {
public:
    Reader(std::string file, const Environment& environment, const Platforms& platforms)
        : file_(std::move(file)), environment_(environment), platforms_(platforms)
    {
    }

    Loaded take() { return std::move(loaded_); }

    void parse(std::string_view text)
    {
        try {
            read(toml::parse(text, std::string_view(file_)));
        } catch (const toml::parse_error& error) {
            syntax_error(static_cast<int>(error.source().begin.line), std::string(error.description()));
        }
    }

    void read(const toml::table& root)
    {
        Strings sections{"account"};
        for (const Key& key : keys)
            sections.emplace_back(key.section);
        for (const auto& [name, node] : root) {
            const std::string section(name.str());
            if (section == "account")
                read_accounts(node);
            else if (std::find(sections.begin(), sections.end(), section) == sections.end())
                unknown(node, "section [" + section + "]", section, sections);
            else if (const toml::table* table = node.as_table())
                read_section(section, *table);
            else
                problem(node, "[" + section + "] must be a section with keys");
        }
    }

    void apply_environment()
    {
        for (const Key& key : keys) {
            std::string name = std::string("LASTMETER_") + key.section + "_" + key.name;
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return char(std::toupper(c)); });
            if (const auto found = environment_.find(name); found != environment_.end())
                assign(key, found->second, name);
        }
    }

    void syntax_error(int line, std::string message)
    {
        loaded_.problems.push_back({file_, line, std::move(message)});
    }

private:
    void read_section(const std::string& section, const toml::table& table)
    {
        Strings known;
        for (const Key& key : keys)
            if (section == key.section)
                known.emplace_back(key.name);
        if (section == "server")
            known.emplace_back("tls");
        for (const auto& [name, node] : table) {
            const std::string key_name(name.str());
            if (section == "server" && key_name == "tls") {
                read_tls(node);
                continue;
            }
            const auto* key = std::find_if(std::begin(keys), std::end(keys), [&](const Key& one) {
                return section == one.section && key_name == one.name;
            });
            if (key == std::end(keys))
                unknown(node, std::string(section).append(".").append(key_name), key_name, known);
            else
                read_key(*key, node);
        }
    }

    void read_key(const Key& key, const toml::node& node)
    {
        const std::string where = std::string(key.section) + "." + key.name;
        if (const auto* field = std::get_if<int Config::*>(&key.field)) {
            const auto number = node.value_exact<std::int64_t>();
            if (!number || *number < 0 || *number > 10'000'000)
                return problem(node, where + ": expected a whole number from 0 on");
            loaded_.config.** field = static_cast<int>(*number);
        } else if (const auto* list = std::get_if<Strings Config::*>(&key.field)) {
            if (const auto strings = string_list(node))
                loaded_.config.** list = *strings;
            else
                problem(node, where + ": expected a text or a list of texts");
        } else if (const auto* secret = std::get_if<Secret Config::*>(&key.field)) {
            if (auto value = secret_text(node, where))
                loaded_.config.** secret = Secret(std::move(*value));
        } else if (const auto text = node.value_exact<std::string>()) {
            assign(key, *text, where);
        } else {
            problem(node, where + ": expected a text in quotes");
        }
    }

    void assign(const Key& key, const std::string& text, const std::string& where)
    {
        Config& config = loaded_.config;
        if (const auto* string = std::get_if<std::string Config::*>(&key.field))
            config.** string = text;
        else if (const auto* path = std::get_if<std::filesystem::path Config::*>(&key.field))
            config.** path = text;
        else if (const auto* secret = std::get_if<Secret Config::*>(&key.field))
            config.** secret = Secret(text);
        else if (const auto* list = std::get_if<Strings Config::*>(&key.field))
            config.** list = split_list(text);
        else if (const auto* number = std::get_if<int Config::*>(&key.field)) {
            const bool digits =
                !text.empty() && text.size() < 9 &&
                std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
            if (digits)
                config.** number = std::stoi(text);
            else
                loaded_.problems.push_back(
                    {"environment", 0, where + ": expected a whole number, got \"" + text + "\""});
        }
    }

    void read_tls(const toml::node& node)
    {
        const toml::table* table = node.as_table();
        if (!table)
            return problem(node, "server.tls: expected { cert = \"…\", key = \"…\" }");
        loaded_.config.tls_cert = (*table)["cert"].value_or(std::string());
        loaded_.config.tls_key = (*table)["key"].value_or(std::string());
        if (loaded_.config.tls_cert.empty() || loaded_.config.tls_key.empty())
            problem(node, "server.tls: both cert and key are needed");
    }

    void read_accounts(const toml::node& node)
    {
        const toml::array* array = node.as_array();
        if (!array)
            return problem(node, "account: write [[account]] with two brackets, once per account");
        std::set<std::string> ids;
        for (const toml::node& entry : *array) {
            const toml::table* table = entry.as_table();
            if (!table) {
                problem(entry, "account: expected a table");
                continue;
            }
            read_account(*table, ids);
        }
    }

    void read_account(const toml::table& table, std::set<std::string>& ids)
    {
        Account account;
        account.id = table["id"].value_or(std::string());
        account.platform = table["platform"].value_or(std::string());
        if (account.id.empty() ||
            account.id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-_") != std::string::npos)
            return problem(table, "account.id: needed; letters, digits, - and _ only");
        if (!ids.insert(account.id).second)
            return problem(table, "account.id: \"" + account.id + "\" is used twice");
        const auto platform = platforms_.find(account.platform);
        if (platform == platforms_.end()) {
            Strings names;
            for (const auto& [name, unused] : platforms_)
                names.push_back(name);
            return unknown(table, "account " + account.id + ": platform \"" + account.platform + "\"",
                           account.platform, names);
        }
        for (const auto& [name, node] : table)
            read_account_key(account, platform->second, std::string(name.str()), node);
        loaded_.config.accounts.push_back(std::move(account));
    }

    void read_account_key(Account& account, const PlatformKeys& platform, const std::string& name,
                          const toml::node& node)
    {
        const auto has = [&](const Strings& list) {
            return std::find(list.begin(), list.end(), name) != list.end();
        };
        const std::string where = "account " + account.id + ": " + name;
        if (name == "id" || name == "platform")
            return;
        if (has(platform.secrets)) {
            if (auto value = secret_text(node, where))
                account.secrets.emplace(name, Secret(std::move(*value)));
        } else if (has(platform.values)) {
            if (const auto strings = string_list(node))
                account.values.emplace(name, join(*strings));
            else if (const auto number = node.value_exact<std::int64_t>())
                account.values.emplace(name, std::to_string(*number));
            else
                problem(node, where + ": expected a text in quotes");
        } else {
            Strings known{"id", "platform"};
            known.insert(known.end(), platform.values.begin(), platform.values.end());
            known.insert(known.end(), platform.secrets.begin(), platform.secrets.end());
            unknown(node, where, name, known);
        }
    }

    std::optional<std::string> secret_text(const toml::node& node, const std::string& where)
    {
        if (auto text = node.value_exact<std::string>())
            return text;
        const toml::table* table = node.as_table();
        if (table && table->size() == 1) {
            if (const auto name = (*table)["env"].value<std::string>()) {
                const auto found = environment_.find(*name);
                if (found != environment_.end())
                    return found->second;
                problem(node, where + ": the environment has no variable " + *name);
                return std::nullopt;
            }
            if (const auto path = (*table)["file"].value<std::string>()) {
                auto text = read_file(*path);
                if (!text) {
                    problem(node, where + ": cannot read the file " + *path);
                    return std::nullopt;
                }
                while (!text->empty() && (text->back() == '\n' || text->back() == '\r'))
                    text->pop_back();
                return text;
            }
        }
        problem(node, where + ": expected a text, { file = \"path\" } or { env = \"NAME\" }");
        return std::nullopt;
    }

    static std::optional<Strings> string_list(const toml::node& node)
    {
        if (const auto text = node.value_exact<std::string>())
            return Strings{*text};
        const toml::array* array = node.as_array();
        if (!array)
            return std::nullopt;
        Strings strings;
        for (const toml::node& entry : *array) {
            const auto text = entry.value_exact<std::string>();
            if (!text)
                return std::nullopt;
            strings.push_back(*text);
        }
        return strings;
    }

    static std::string join(const Strings& strings)
    {
        std::string joined;
        for (const std::string& one : strings)
            joined += (joined.empty() ? "" : ",") + one;
        return joined;
    }

    void problem(const toml::node& node, std::string message)
    {
        loaded_.problems.push_back({file_, static_cast<int>(node.source().begin.line), std::move(message)});
    }

    void unknown(const toml::node& node, const std::string& what, const std::string& word,
                 const Strings& known)
    {
        const std::string suggestion = nearest(word, known);
        problem(node,
                what + " is unknown" + (suggestion.empty() ? "" : "; did you mean \"" + suggestion + "\"?"));
    }

    std::string file_;
    const Environment& environment_;
    const Platforms& platforms_;
    Loaded loaded_;
};

} // namespace

std::string Account::value(const std::string& key) const
{
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
}

std::string Account::secret(const std::string& key) const
{
    const auto found = secrets.find(key);
    return found == secrets.end() ? std::string() : found->second.reveal();
}

std::string Problem::text() const
{
    return line == 0 ? file + ": " + message : file + ":" + std::to_string(line) + ": " + message;
}

Environment process_environment()
{
    Environment environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text(*entry);
        if (const std::size_t equals = text.find('='); equals != std::string::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Loaded load(const std::filesystem::path& file, const Environment& environment, bool must_exist,
            const Platforms& platforms)
{
    Reader reader(file.string(), environment, platforms);
    const auto text = read_file(file);
    if (!text && must_exist)
        reader.syntax_error(0, "cannot read the file");
    if (text)
        reader.parse(*text);
    reader.apply_environment();
    return reader.take();
}

Loaded load_text(std::string_view toml, const std::string& name, const Environment& environment,
                 const Platforms& platforms)
{
    Reader reader(name, environment, platforms);
    reader.parse(toml);
    reader.apply_environment();
    return reader.take();
}

std::string nearest(const std::string& word, const std::vector<std::string>& known)
{
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& one : known)
        if (const std::size_t distance = edit_distance(word, one); distance < best_distance) {
            best_distance = distance;
            best = one;
        }
    return best;
}

} // namespace bot::config
