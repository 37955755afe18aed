#include "bot/cli.hpp"

#include "bot/app.hpp"
#include "bot/console/tokens.hpp"
#include "bot/core/time.hpp"
#include "bot/doors/doors.hpp"
#include "bot/knowledge/answerer.hpp"
#include "bot/knowledge/neighbours.hpp"
#include "bot/ops/log.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/import.hpp"
#include "bot/storage/overview_store.hpp"
#include "bot/storage/records_store.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <system_error>

#include <unistd.h>

namespace bot {
namespace {

constexpr int wrong_input = 1;
constexpr int wrong_usage = 2;
constexpr int outside_failed = 3;

struct Arguments {
    std::string config_file;
    std::string listen, data = "data/demo", now;
    bool json = false, explain = false, neighbours = false, from_stdin = false, in_group = false,
         dry_run = false;
    std::vector<std::string> words;
    std::string knowledge, save_model, kind, file, out, audience, at, name, role = "organizer", org = "root";
};

std::filesystem::path program_dir()
{
    std::error_code ec;
    return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path();
}

/// What an installation brings: prefix/bin/lastmeter finds prefix/share/lastmeter.
std::filesystem::path installed_dir()
{
    return program_dir().parent_path() / "share" / "lastmeter";
}

/// The working directory's, the installed ones, or those of the sources that a build came from.
std::filesystem::path templates_dir()
{
    for (const std::filesystem::path& candidate :
         {std::filesystem::path("templates"), installed_dir() / "templates",
          std::filesystem::path(LASTMETER_TEMPLATES)})
        if (std::filesystem::is_directory(candidate))
            return candidate;
    throw std::runtime_error("templates/ is neither in the working directory nor installed");
}

/// Beside the program, where the build leaves it, or installed. Empty: none.
std::filesystem::path model_file()
{
    std::error_code ec;
    for (const std::filesystem::path& dir : {program_dir(), installed_dir()})
        if (std::filesystem::exists(dir / "knowledge.model", ec))
            return dir / "knowledge.model";
    return {};
}

config::Loaded read_config(const Arguments& arguments)
{
    const bool named = !arguments.config_file.empty();
    return config::load(named ? arguments.config_file : "lastmeter.toml", config::process_environment(),
                        named, doors::platform_keys());
}

/// The configuration, or nothing after its problems were printed.
std::optional<config::Config> load_config(const Arguments& arguments)
{
    auto loaded = read_config(arguments);
    for (const auto& problem : loaded.problems)
        std::cerr << problem.text() << "\n";
    if (!loaded.problems.empty())
        return std::nullopt;
    if (loaded.config.knowledge_dir == "templates/knowledge")
        loaded.config.knowledge_dir = templates_dir() / "knowledge";
    return loaded.config;
}

int serve(const Arguments& arguments, bool demo)
{
    auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    if (demo) {
        config->store_url = "sqlite:" + (std::filesystem::path(arguments.data) / "lastmeter.db").string();
        if (!arguments.listen.empty())
            config->listen = {arguments.listen};
    }
    std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
    if (!arguments.now.empty()) {
        const auto start = parse_time_ms(arguments.now);
        if (!start) {
            std::cerr << "--now: write 2026-07-18T19:00\n";
            return wrong_usage;
        }
        clock = std::make_unique<ShiftedClock>(*start);
    }
    App::Options options;
    options.config = std::move(*config);
    options.templates = templates_dir();
    options.model_file = model_file();
    options.demo = demo;
    options.reread = [arguments] { return read_config(arguments); };
    App app(std::move(options), *clock);
    return app.run();
}

void print_answer(const std::string& question, const knowledge::Answer& answer, std::int64_t us, bool json)
{
    if (json)
        std::cout << knowledge::to_json_line(question, answer, us) << "\n";
    else
        std::cout << (answer.reply.empty() ? "（不作声）" : answer.reply) << "\n";
}

knowledge::Asker asker_from(const knowledge::Answerer& answerer, bool in_group)
{
    knowledge::Asker asker;
    asker.addressed = !in_group;
    asker.region = answerer.default_region();
    return asker;
}

void ask_one(const knowledge::Answerer& answerer, const std::string& question, bool in_group, bool json)
{
    const auto start = std::chrono::steady_clock::now();
    const knowledge::Asker asker = asker_from(answerer, in_group);
    const knowledge::Answer answer = answerer.ask(question, asker);
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start)
            .count();
    print_answer(question, answer, us, json);
}

int ask(const Arguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    const SystemClock clock;
    const wording::Renderer words(templates_dir() / "zh");
    knowledge::Answerer answerer(clock, words, model_file());
    answerer.reload(config->knowledge_dir, config->knowledge_overlay);
    if (!arguments.from_stdin) {
        std::string question;
        for (const std::string& word : arguments.words)
            question += (question.empty() ? "" : " ") + word;
        if (question.empty()) {
            std::cerr << "ask: what? lastmeter ask 加班费怎么算\n";
            return wrong_usage;
        }
        if (arguments.explain) {
            const knowledge::Asker asker = asker_from(answerer, arguments.in_group);
            std::cout << answerer.explain(question, asker).dump(2) << "\n";
            return 0;
        }
        ask_one(answerer, question, arguments.in_group, arguments.json);
        return 0;
    }
    int number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        const auto value = nlohmann::json::parse(line, nullptr, false);
        if (!value.is_object() || !value.contains("q") || !value["q"].is_string()) {
            std::cerr << "stdin:" << number << ": expected {\"q\": \"…\"}\n";
            return wrong_input;
        }
        ask_one(answerer, value["q"].get<std::string>(), arguments.in_group, true);
    }
    return 0;
}

/// Prints problems as `file:line: message`; returns how many there were.
template <class Problems> std::size_t print_problems(const Problems& problems)
{
    for (const auto& one : problems)
        std::cout << one.file << ":" << (one.line > 0 ? std::to_string(one.line) + ":" : "") << " "
                  << one.message << "\n";
    return problems.size();
}

std::size_t check_words()
{
    try {
        for (const char* dir : {"zh", "pages/public"})
            const wording::Renderer words(templates_dir() / dir);
        return 0;
    } catch (const std::runtime_error& error) {
        std::cout << error.what() << "\n";
        return 1;
    }
}

/// The nearest pairs of cards; returns how many shadow each other.
std::size_t print_neighbours(const knowledge::Library& library)
{
    constexpr std::size_t shown = 40;
    std::size_t shadows = 0, row = 0;
    for (const auto& pair : knowledge::find_neighbours(library)) {
        const knowledge::Card& card = library.cards[pair.card];
        const std::string& other = library.cards[pair.other].topic;
        if (pair.likeness >= knowledge::same_phrasing) {
            ++shadows;
            std::cout << card.file << ":0: phrasing \"" << pair.phrasing << "\" is nearly one of " << other
                      << "\n";
        } else if (row++ < shown) {
            std::cout << card.topic << " ~ " << other << ": " << pair.near
                      << " phrasings are near, the nearest " << std::lround(100 * pair.likeness)
                      << " %: " << pair.phrasing << "\n";
        }
    }
    return shadows;
}

int check(const Arguments& arguments)
{
    const auto loaded = read_config(arguments);
    std::size_t problems = print_problems(loaded.problems);
    const bool named = !arguments.knowledge.empty();
    const auto dir = named ? std::filesystem::path(arguments.knowledge) : templates_dir() / "knowledge";
    const knowledge::Library library =
        knowledge::load_library(dir, named ? std::filesystem::path() : loaded.config.knowledge_overlay);
    problems +=
        print_problems(library.problems) + print_problems(knowledge::check_whole(library)) + check_words();
    if (arguments.neighbours)
        problems += print_neighbours(library);
    std::cout << library.cards.size() << " cards, " << problems << " problems\n";
    if (!arguments.save_model.empty() && problems == 0)
        knowledge::Index::build(library, arguments.save_model)->save_model(arguments.save_model);
    return problems == 0 ? 0 : wrong_input;
}

struct Opened {
    explicit Opened(const config::Config& config)
        : database(config.store_url), ids(clock, static_cast<unsigned>(getpid()) % 255 + 1)
    {
    }
    SystemClock clock;
    storage::Database database;
    IdSource ids;
};

int import(const Arguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    Opened store(*config);
    const auto report = outreach::import_file(store.database, store.ids, arguments.kind, arguments.file);
    for (const std::string& problem : report.problems)
        std::cerr << problem << "\n";
    std::cout << report.added << " added, " << report.changed << " changed, " << report.unchanged
              << " unchanged\n";
    return report.problems.empty() ? 0 : wrong_input;
}

int export_to(const Arguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    Opened store(*config);
    const std::string csv = outreach::export_csv(store.database, arguments.kind);
    if (arguments.out.empty())
        std::cout << csv;
    else if (!(std::ofstream(arguments.out) << csv))
        throw std::runtime_error(arguments.out + ": cannot be written");
    return 0;
}

/// `# title`, then the text.
storage::Announcement read_notice(const std::string& file)
{
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error(file + ": cannot be read");
    storage::Announcement draft;
    for (std::string line; std::getline(in, line);)
        if (draft.title.empty() && line.starts_with("# "))
            draft.title = line.substr(2);
        else
            draft.body += line + "\n";
    draft.body.erase(
        0, draft.body.find_first_not_of('\n') == std::string::npos ? 0 : draft.body.find_first_not_of('\n'));
    draft.body.erase(draft.body.find_last_not_of('\n') + 1);
    draft.category = "notices";
    draft.created_by = "command-line";
    return draft;
}

int announce(const Arguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    storage::Announcement draft = read_notice(arguments.file);
    draft.audience = arguments.audience;
    const auto at = arguments.at.empty() ? std::optional<std::int64_t>(0) : parse_time_ms(arguments.at);
    if (!at) {
        std::cerr << "--at: write 2026-07-18T19:00\n";
        return wrong_usage;
    }
    draft.send_at_ms = *at;
    Opened store(*config);
    outreach::Rules rules;
    rules.approval_from_groups = config->approval_from_groups;
    outreach::Announcer announcer(store.database, store.clock, store.ids, rules, [] {});
    const auto preview = announcer.preview_now(draft.audience);
    if (preview.refusal) {
        std::cerr << "--audience: " << preview.refusal->message << "\n";
        return wrong_input;
    }
    std::int64_t unreachable = 0;
    for (const auto& [reason, count] : preview.reach.excluded) {
        std::cout << count << " 个群发不到：" << reason << "\n";
        unreachable += count;
    }
    std::cout << preview.reach.total - unreachable << " 个群发得到\n";
    const wording::Renderer words(templates_dir() / "zh");
    if (arguments.dry_run) {
        std::cout << words.text("notice", nlohmann::json{{"title", draft.title}, {"body", draft.body}})
                  << "\n";
        return 0;
    }
    const auto drafted = announcer.create_now(draft);
    auto refusal = drafted.refusal ? drafted.refusal : announcer.submit_now(drafted.id);
    if (refusal) {
        std::cerr << refusal->field << ": " << refusal->message << "\n";
        return wrong_input;
    }
    const auto made = store.database.read_now(
        [&](soci::session& sql) { return storage::find_announcement(sql, drafted.id); });
    std::cout << "通知 " << drafted.id << " " << made->state << "\n";
    return 0;
}

std::string by_state(const std::map<std::string, std::int64_t>& counts)
{
    std::string text;
    for (const auto& [state, number] : counts)
        text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + state;
    return text.empty() ? "none" : text;
}

void print_account(const std::string& name, const std::string& platform,
                   const storage::AccountOverview& known)
{
    std::cout << "account " << name << " (" << platform << ")\n  groups: " << by_state(known.groups)
              << "\n  deliveries: " << by_state(known.deliveries) << "\n";
    if (known.last_success_ms != 0)
        std::cout << "  last success: " << format_time(known.last_success_ms) << "\n";
    if (known.last_error_ms != 0)
        std::cout << "  last error: " << format_time(known.last_error_ms) << " " << known.last_error << "\n";
}

void print_accounts(const config::Config& config, soci::session& sql)
{
    std::map<std::string, storage::AccountOverview> known;
    for (storage::AccountOverview& one : storage::overview(sql))
        known.emplace(one.account, std::move(one));
    for (const config::Account& one : config.accounts) {
        print_account(one.id, one.platform, known[one.id]);
        known.erase(one.id);
    }
    for (const auto& [name, one] : known)
        print_account(name, "not configured", one);
    if (config.accounts.empty() && known.empty())
        std::cout << "no accounts: add an [[account]] to the configuration\n";
}

int status(const Arguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    Opened store(*config);
    store.database.read_now([&](soci::session& sql) {
        print_accounts(*config, sql);
        const auto announcements = storage::list_announcements(sql, {});
        for (const auto& one : announcements) {
            const auto counts = storage::count_deliveries(sql, one.id);
            std::cout << "announcement " << one.id << " " << one.state << ": " << counts.sent << "/"
                      << counts.total << " sent, " << counts.waiting << " waiting, " << counts.unknown
                      << " unknown, " << counts.failed << " failed  " << one.title << "\n";
        }
        if (announcements.empty())
            std::cout << "no announcements\n";
        return true;
    });
    return 0;
}

int add_token(const Arguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config)
        return wrong_input;
    Opened store(*config);
    const std::string token = console::new_token();
    store.database.write_now([&](soci::session& sql) {
        return storage::insert_token(sql, console::token_hash(token),
                                     {arguments.name, arguments.role, arguments.org}, store.clock.now_ms());
    });
    std::cout << "token " << token << "\n";
    return 0;
}

} // namespace

int run_command_line(int argc, char** argv)
{
    ops::setup_log(isatty(STDERR_FILENO) == 0, "info");
    Arguments arguments;
    std::function<int()> chosen;
    CLI::App app{"Lastmeter: a union's bot and outreach engine for chat groups"};
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--config", arguments.config_file, "configuration file (default lastmeter.toml)");
    const auto verb = [&](const char* name, const char* help, std::function<int()> run) {
        CLI::App* sub = app.add_subcommand(name, help);
        sub->callback([&chosen, run = std::move(run)] { chosen = run; });
        return sub;
    };
    verb("serve", "run the bot", [&] { return serve(arguments, false); });
    CLI::App* demo = verb("demo", "run the bot on demo data", [&] { return serve(arguments, true); });
    demo->add_option("--listen", arguments.listen, "address, as 127.0.0.1:8080");
    demo->add_option("--data", arguments.data, "directory of the demo's store");
    demo->add_option("--now", arguments.now, "start the clock here, as 2026-07-18T19:00");
    CLI::App* asking = verb("ask", "answer one question, offline", [&] { return ask(arguments); });
    asking->add_flag("--json", arguments.json);
    asking->add_flag("--explain", arguments.explain, "why: what was understood and which features counted");
    asking->add_flag("--stdin", arguments.from_stdin, "JSON lines in and out");
    asking->add_flag("--in-group", arguments.in_group, "as an un-mentioned group message");
    asking->add_option("text", arguments.words);
    CLI::App* checking =
        verb("check", "validate configuration, knowledge and templates", [&] { return check(arguments); });
    checking->add_option("--knowledge", arguments.knowledge);
    checking->add_flag("--neighbours", arguments.neighbours,
                       "also the cards that are asked for in like words");
    checking->add_option("--save-model", arguments.save_model,
                         "learn from the cards and write the model here");
    CLI::App* importing =
        verb("import", "read orgs or groups from CSV or JSON lines", [&] { return import(arguments); });
    importing->add_option("kind", arguments.kind)->required();
    importing->add_option("file", arguments.file)->required();
    CLI::App* exporting = verb("export", "write orgs or groups as CSV", [&] { return export_to(arguments); });
    exporting->add_option("kind", arguments.kind)->required();
    exporting->add_option("--out", arguments.out);
    CLI::App* announcing =
        verb("announce", "make an announcement from a file", [&] { return announce(arguments); });
    announcing->add_option("--file", arguments.file)->required();
    announcing->add_option("--audience", arguments.audience)->required();
    announcing->add_option("--at", arguments.at);
    announcing->add_flag("--dry-run", arguments.dry_run);
    verb("status", "accounts, groups, deliveries and announcements", [&] { return status(arguments); });
    CLI::App* token = app.add_subcommand("token", "API tokens");
    token->require_subcommand(1);
    CLI::App* adding = token->add_subcommand("add", "make a token; it is the last word printed");
    adding->callback([&] { chosen = [&] { return add_token(arguments); }; });
    adding->add_option("name", arguments.name)->required();
    adding->add_option("--role", arguments.role)
        ->check(CLI::IsMember({"admin", "organizer", "reviewer", "editor", "auditor"}));
    adding->add_option("--org", arguments.org);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : wrong_usage;
    }
    try {
        return chosen();
    } catch (const std::system_error& error) {
        std::cerr << error.what() << "\n";
        return outside_failed;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return wrong_input;
    }
}

} // namespace bot
