#include "bot/app.hpp"

#include "bot/advice/adviser.hpp"
#include "bot/console/api.hpp"
#include "bot/demo.hpp"
#include "bot/doors/doors.hpp"
#include "bot/knowledge/answerer.hpp"
#include "bot/net/http_client.hpp"
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "bot/ops/metrics.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/postman.hpp"
#include "bot/routing/contexts.hpp"
#include "bot/routing/directory.hpp"
#include "bot/routing/intake.hpp"
#include "bot/site.hpp"
#include "bot/storage/claims_store.hpp"
#include "bot/storage/groups_store.hpp"
#include "bot/storage/questions_store.hpp"
#include "bot/storage/write_behind.hpp"
#include "bot/wording/renderer.hpp"
#include "handlers/questions.hpp"
#include "handlers/registry.hpp"
#include "handlers/subscriptions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace bot {
namespace {

using nlohmann::json;

constexpr std::int64_t remembered_ms = 72LL * 3600 * 1000;
constexpr auto housekeeping_every = std::chrono::milliseconds(200);
constexpr int most_handed_together = 500;
constexpr auto grace_for_sends = std::chrono::seconds(4); ///< connections stay: answers still come
constexpr auto grace_for_requests = std::chrono::seconds(3);
constexpr auto grace_for_the_rest = std::chrono::seconds(2); ///< without connections calls end at once

void log_end(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=task_failed error=\"{}\"", what.what());
    }
}

routing::KnownGroup known_group(const storage::Group& group)
{
    const auto mode = group.mode == "attentive" ? routing::GroupMode::attentive
                      : group.mode == "muted"   ? routing::GroupMode::muted
                                                : routing::GroupMode::mention;
    return {group.id, group.account, group.external_id, group.org, group.industries, mode};
}

config::Account sandbox_account()
{
    config::Account account;
    account.id = "sandbox";
    account.platform = "sandbox";
    return account;
}

/// Throws std::runtime_error that names the key.
std::optional<outreach::Rate> read_rate(const config::Account& account)
{
    const std::string text = account.value("rate");
    const auto rate = outreach::parse_rate(text);
    if (!text.empty() && !rate)
        throw std::runtime_error("account " + account.id + ": rate: \"" + text +
                                 "\" is none; write 20/min, 600/h or 2/s");
    return rate;
}

/// Throws std::runtime_error that names the key.
outreach::Rules read_rules(const config::Config& config)
{
    const auto quiet = outreach::QuietHours::parse(config.quiet_hours);
    if (!quiet)
        throw std::runtime_error("outreach.quiet_hours: \"" + config.quiet_hours +
                                 "\" is none; write 22:00-07:00");
    return {config.approval_from_groups, config.per_group_per_day, *quiet};
}

} // namespace

struct App::Impl {
    struct Account {
        doors::OpenAccount opened;
        std::unique_ptr<outreach::Postman> postman;
        std::optional<outreach::Rate> rate;
        ops::Metrics::Gauge connected, last_event, last_success;
    };

    Impl(Options given, const Clock& the_clock)
        : options(std::move(given)), clock(the_clock), rules(read_rules(options.config)), ids(clock),
          words(options.templates / "zh"), answerer(clock, words, options.model_file),
          database(options.config.store_url), write_behind(database, clock), contexts(clock), intake(clock)
    {
        for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
            loops.push_back(std::make_unique<asio::io_context>(1));
        load_knowledge();
        if (options.demo)
            fill_demo(database, ids, clock, options.templates);
        begin_run();
        load_directory();
        announcer =
            std::make_unique<outreach::Announcer>(database, clock, ids, rules, [this] { wake_postmen(); });
        build_registry();
        open_accounts();
        console::QuestionsApi questions(database, answerer, clock, background,
                                        [this](std::string account, Outgoing message) {
                                            return send_by(std::move(account), std::move(message));
                                        });
        api = std::make_unique<console::Api>(
            console::House{database, *announcer, words, clock, rules, [this] { return lanes(); },
                           [this](const storage::Group& group) { directory.put(known_group(group)); }},
            std::move(questions));
        build_site();
    }

    asio::io_context& home() { return *loops.front(); }

    void load_knowledge()
    {
        for (const auto& problem :
             answerer.reload(options.config.knowledge_dir, options.config.knowledge_overlay))
            spdlog::warn("event=knowledge_problem at=\"{}:{}\" problem=\"{}\"", problem.file, problem.line,
                         problem.message);
    }

    /// All leases of the previous run are void; what it had seen is known again.
    void begin_run()
    {
        const std::int64_t now = clock.now_ms();
        epoch = database.write_now([now](soci::session& sql) { return storage::begin_epoch(sql, now); });
        std::vector<routing::SeenKey> seen;
        for (auto& [key, at] : database.read_now(
                 [now](soci::session& sql) { return storage::list_seen(sql, now - remembered_ms); }))
            seen.push_back({std::move(key), at});
        intake.restore(seen);
    }

    void load_directory()
    {
        std::vector<routing::KnownGroup> known;
        for (const storage::Group& group :
             database.read_now([](soci::session& sql) { return storage::list_groups(sql); }))
            known.push_back(known_group(group));
        directory.replace(std::move(known));
    }

    void build_registry()
    {
        std::vector<std::unique_ptr<handlers::Handler>> abilities;
        abilities.push_back(
            std::make_unique<handlers::Subscriptions>(database, directory, words, clock, ids));
        abilities.push_back(std::make_unique<handlers::Questions>(
            answerer, contexts, words, (options.templates / "data" / "menu.json").string(),
            [this](storage::AskedQuestion row) {
                row.id = ids.next();
                write_behind.add(std::move(row));
            },
            advise()));
        registry = std::make_unique<handlers::Registry>(
            intake, contexts, directory, options.config.names, std::move(abilities),
            [this](Event event) { return note(std::move(event)); },
            [this](routing::Verdict verdict) { verdicts[static_cast<std::size_t>(verdict)].add(); });
        for (std::size_t i = 0; i < verdicts.size(); ++i)
            verdicts[i] =
                metrics.counter("lastmeter_intake_total", "What intake made of events",
                                {{"verdict", routing::to_string(static_cast<routing::Verdict>(i))}});
        answered = metrics.counter("lastmeter_replies_total", "Replies given to events");
        heard = metrics.counter("lastmeter_events_total", "Events heard");
    }

    /// Empty where no language model is configured.
    handlers::Questions::Advise advise()
    {
        const config::Config& config = options.config;
        if (config.llm_url.empty())
            return {};
        adviser = std::make_unique<advice::Adviser>(
            client, clock,
            advice::AdviserSettings{config.llm_url, config.llm_model, config.llm_key.reveal(),
                                    std::chrono::milliseconds(config.llm_budget_ms)});
        return [this](std::string question, std::vector<std::string> titles) {
            return adviser->choose(std::move(question), std::move(titles));
        };
    }

    /// The state of a group after what happened in it; empty: as before.
    static std::string state_after(const Event& event)
    {
        if (event.chat.type != ChatType::group)
            return {};
        switch (event.happening) {
        case Happening::bot_left: return "left";
        case Happening::push_disabled: return "no_consent";
        case Happening::bot_joined:
        case Happening::push_enabled: return "active";
        default: return {};
        }
    }

    /// Joining and leaving a group, and what its people allow, change whether notices may go there.
    asio::awaitable<void> note(Event event)
    {
        if (event.happening == Happening::unsubscribed && event.chat.type == ChatType::direct) {
            auto forget = [account = event.account, chat = event.chat.id](soci::session& sql) {
                storage::forget_chat(sql, account, chat);
                return true;
            };
            co_await database.write(std::move(forget));
        }
        const std::string state = state_after(event);
        if (state.empty())
            co_return;
        auto work = [state, account = event.account, chat = event.chat.id](soci::session& sql) {
            storage::set_group_state(sql, account, chat, state);
            return true;
        };
        co_await database.write(std::move(work));
    }

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        heard.add();
        auto reply = co_await registry->handle(std::move(event));
        if (reply)
            answered.add();
        co_return reply;
    }

    void open_accounts()
    {
        std::vector<config::Account> wanted = options.config.accounts;
        if (options.demo &&
            std::none_of(wanted.begin(), wanted.end(), [](const auto& one) { return one.id == "sandbox"; }))
            wanted.push_back(sandbox_account());
        const doors::World world{client, clock, options.templates,
                                 [this](Event event) { return hear(std::move(event)); }};
        for (const config::Account& account : wanted)
            accounts.emplace(account.id, open_account(account, world));
    }

    Account open_account(const config::Account& config, const doors::World& world)
    {
        Account account;
        account.opened = doors::open(config, world);
        const ops::Labels labels{{"account", config.id}};
        account.connected =
            metrics.gauge("lastmeter_account_connected", "1 while the account is reachable", labels);
        account.last_event =
            metrics.gauge("lastmeter_account_last_event_seconds", "Unix time of the last event", labels);
        account.last_success = metrics.gauge("lastmeter_account_last_success_seconds",
                                             "Unix time of the last message sent", labels);
        outreach::PostmanSettings settings;
        settings.rate = account.rate = read_rate(config);
        settings.quiet = rules.quiet;
        settings.per_group_per_day = rules.per_group_per_day;
        if (account.opened.door->capabilities().push == PushMode::assisted)
            settings.most_in_flight = most_handed_together; // one task per person, not one per group
        account.postman = std::make_unique<outreach::Postman>(
            home().get_executor(), database, *account.opened.door, clock, epoch, settings,
            [this](const storage::Claimed& row) {
                return words.text("notice", json{{"title", row.title}, {"body", row.body}});
            });
        account.opened.door->meter_answers([postman = account.postman.get()](int started, int ended) {
            postman->note_answers(started, ended);
        });
        return account;
    }

    std::vector<console::Lane> lanes() const
    {
        std::vector<console::Lane> lanes;
        const std::lock_guard lock(rates_mutex);
        for (const auto& [id, account] : accounts)
            lanes.push_back({account.opened.door.get(), account.rate});
        return lanes;
    }

    asio::awaitable<SendOutcome> send_by(std::string account, Outgoing message)
    {
        SendOutcome outcome;
        outcome.action = SendAction::drop;
        if (const auto found = accounts.find(account); found != accounts.end())
            outcome = co_await found->second.opened.door->send_answer(std::move(message));
        co_return outcome;
    }

    void wake_postmen()
    {
        for (const auto& [id, account] : accounts)
            account.postman->wake();
    }

    void build_site()
    {
        Site::Rooms rooms;
        rooms.api = api.get();
        for (const auto& [id, account] : accounts) {
            if (account.opened.hook)
                rooms.hooks.emplace(id, account.opened.hook);
            if (account.opened.page)
                rooms.sandbox = account.opened.page;
        }
        rooms.metrics = [this] { return expose(); };
        rooms.ready = &ready;
        site = std::make_unique<Site>(options.templates, std::move(rooms));
        keys_in_memory = metrics.gauge("lastmeter_intake_keys", "Dedupe keys in memory");
        contexts_in_memory = metrics.gauge("lastmeter_contexts", "Running dialogues");
        rows_waiting = metrics.gauge("lastmeter_write_behind_rows", "Rows that wait to be written behind");
        rows_dropped =
            metrics.gauge("lastmeter_write_behind_dropped", "Rows that did not fit into the queue");
        connections = metrics.gauge("lastmeter_connections", "Open connections");
    }

    std::string expose()
    {
        keys_in_memory.set(static_cast<double>(intake.size()));
        contexts_in_memory.set(static_cast<double>(contexts.size()));
        rows_waiting.set(static_cast<double>(write_behind.waiting()));
        rows_dropped.set(static_cast<double>(write_behind.dropped()));
        connections.set(static_cast<double>(server->open_connections()));
        for (auto& [id, account] : accounts) {
            const AccountHealth health = account.opened.door->health();
            account.connected.set(health.connected ? 1 : 0);
            account.last_event.set(static_cast<double>(health.last_event_ms) / 1000);
            account.last_success.set(static_cast<double>(health.last_success_ms) / 1000);
        }
        return metrics.expose();
    }

    asio::awaitable<void> flush()
    {
        std::vector<storage::SeenRow> keys;
        for (auto& one : intake.take_new())
            keys.emplace_back(std::move(one.key), one.at_ms);
        write_behind.add(std::move(keys));
        co_await write_behind.flush(remembered_ms);
    }

    asio::awaitable<void> housekeeping()
    {
        asio::steady_timer timer(home());
        while (!stopping) {
            try {
                co_await flush();
                co_await announcer->tick();
            } catch (const std::exception& error) {
                spdlog::error("event=housekeeping_failed error=\"{}\"", error.what());
            }
            timer.expires_after(housekeeping_every);
            co_await timer.async_wait(net::as_values);
        }
    }

    asio::awaitable<void> reload_when_told()
    {
        asio::signal_set signals(home(), SIGHUP);
        for (;;) {
            auto [ec, number] = co_await signals.async_wait(net::as_values);
            if (ec)
                co_return;
            auto knowledge = [this] {
                load_knowledge();
                return true;
            };
            co_await net::run_blocking(background, std::move(knowledge));
            reload();
        }
    }

    /// Each part on its own: what is broken stays as it was, and the log says why.
    void reload()
    {
        try {
            words.reload();
            site->reload();
        } catch (const std::exception& error) {
            spdlog::error("event=reload_failed part=templates error=\"{}\"", error.what());
        }
        const config::Loaded fresh = options.reread ? options.reread() : config::Loaded{};
        for (const auto& problem : fresh.problems)
            spdlog::error("event=reload_failed part=configuration error=\"{}\"", problem.text());
        if (fresh.problems.empty())
            for (const config::Account& one : fresh.config.accounts)
                reconfigure(one);
        spdlog::info("event=reloaded cards={}", answerer.snapshot()->library().cards.size());
    }

    void reconfigure(const config::Account& fresh)
    {
        const auto found = accounts.find(fresh.id);
        if (found == accounts.end()) {
            spdlog::warn("event=reload_incomplete account={} reason=\"a new account needs a restart\"",
                         fresh.id);
            return;
        }
        try {
            const auto rate = read_rate(fresh);
            if (found->second.opened.reconfigure)
                found->second.opened.reconfigure(fresh);
            found->second.postman->set_rate(rate);
            const std::lock_guard lock(rates_mutex);
            found->second.rate = rate;
        } catch (const std::exception& error) {
            spdlog::error("event=reload_failed part=account error=\"{}\"", error.what());
        }
    }

    asio::awaitable<void> stop_when_told()
    {
        asio::signal_set signals(home(), SIGTERM, SIGINT);
        co_await signals.async_wait(net::as_values);
        spdlog::info("event=stopping");
        ready = false;
        server->stop_accepting();
        for (const auto& [id, account] : accounts)
            account.postman->stop();
        const StateOfPostman is_drained = [](const outreach::Postman& one) { return one.is_drained(); };
        const StateOfPostman has_ended = [](const outreach::Postman& one) { return !one.running(); };
        co_await wait_until(grace_for_sends, is_drained);
        for (const auto& [id, account] : accounts)
            account.opened.door->stop();
        co_await server->stop(grace_for_requests);
        stopping = true;
        co_await wait_until(grace_for_the_rest, has_ended);
        try {
            co_await flush();
        } catch (const std::exception& error) {
            spdlog::error("event=flush_failed error=\"{}\"", error.what());
        }
        for (const auto& loop : loops)
            loop->stop();
    }

    using StateOfPostman = std::function<bool(const outreach::Postman&)>;

    /// Until every postman is so far, or the grace is over.
    asio::awaitable<void> wait_until(std::chrono::milliseconds grace, StateOfPostman is_so_far)
    {
        asio::steady_timer timer(home());
        const auto deadline = std::chrono::steady_clock::now() + grace;
        const auto are_all = [&] {
            return std::all_of(accounts.begin(), accounts.end(),
                               [&](const auto& one) { return is_so_far(*one.second.postman); });
        };
        while (!are_all() && std::chrono::steady_clock::now() < deadline) {
            timer.expires_after(std::chrono::milliseconds(5));
            co_await timer.async_wait(net::as_values);
        }
    }

    void announce_addresses(std::uint16_t port)
    {
        const std::string& listen = options.config.listen.front();
        const std::string base = (options.config.tls_cert.empty() ? "http://" : "https://") +
                                 listen.substr(0, listen.rfind(':')) + ":" + std::to_string(port);
        spdlog::info("event=ready address={} cards={} groups={}", base,
                     answerer.snapshot()->library().cards.size(), directory.size());
        if (!options.demo)
            return;
        const DemoTokens tokens = make_demo_tokens(database, clock);
        std::cout << "群聊沙盒       " << base << "/sandbox#organizer=" << tokens.organizer
                  << "&reviewer=" << tokens.reviewer << "\n控制台（接口） " << base << "/api/v1/announcements"
                  << "\n组织员口令     " << tokens.organizer << "\n复核员口令     " << tokens.reviewer
                  << std::endl;
    }

    void start_server()
    {
        std::vector<asio::io_context*> contexts_of_server;
        for (const auto& loop : loops)
            contexts_of_server.push_back(loop.get());
        net::ServerOptions server_options;
        server_options.listen = options.config.listen;
        server_options.tls_cert = options.config.tls_cert;
        server_options.tls_key = options.config.tls_key;
        server_options.trusted_proxies = options.config.trusted_proxies;
        server = std::make_unique<net::HttpServer>(
            contexts_of_server, server_options,
            [this](net::HttpRequest request) { return site->serve(std::move(request)); },
            [this](net::HttpRequest request) { return site->upgrade(std::move(request)); });
        server->start();
    }

    int run()
    {
        start_server();
        asio::co_spawn(home(), stop_when_told(), log_end);
        asio::co_spawn(home(), reload_when_told(), log_end);
        asio::co_spawn(home(), housekeeping(), log_end);
        for (const auto& [id, account] : accounts)
            asio::co_spawn(home(), account.postman->run(), log_end);
        for (const auto& [id, account] : accounts)
            asio::co_spawn(home(), account.opened.door->run(), log_end);
        ready = true;
        announce_addresses(server->ports().front());
        std::vector<std::thread> threads;
        std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
        for (const auto& loop : loops)
            guards.push_back(asio::make_work_guard(*loop));
        for (std::size_t i = 1; i < loops.size(); ++i)
            threads.emplace_back([this, i] { loops[i]->run(); });
        home().run();
        for (std::thread& thread : threads)
            thread.join();
        spdlog::info("event=stopped");
        return 0;
    }

    const Options options;
    const Clock& clock;
    const outreach::Rules rules;
    std::vector<std::unique_ptr<asio::io_context>> loops;
    IdSource ids;
    ops::Metrics metrics;
    wording::Renderer words;
    knowledge::Answerer answerer;
    storage::Database database;
    storage::WriteBehind write_behind;
    routing::Contexts contexts;
    routing::Directory directory;
    routing::Intake intake;
    net::HttpClient client;
    asio::thread_pool background{1}; ///< what takes longer than a network thread may wait
    std::int64_t epoch = 0;
    std::unique_ptr<outreach::Announcer> announcer;
    std::unique_ptr<advice::Adviser> adviser;
    std::unique_ptr<handlers::Registry> registry;
    std::map<std::string, Account> accounts;
    mutable std::mutex rates_mutex; ///< the rates of `accounts` change while requests read them
    std::unique_ptr<console::Api> api;
    std::unique_ptr<Site> site;
    std::unique_ptr<net::HttpServer> server;
    ops::Metrics::Counter answered, heard;
    std::array<ops::Metrics::Counter, routing::verdict_count> verdicts;
    ops::Metrics::Gauge keys_in_memory, contexts_in_memory, rows_waiting, rows_dropped, connections;
    std::atomic<bool> ready{false};
    bool stopping = false;
};

App::App(Options options, const Clock& clock) : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
App::~App() = default;

int App::run()
{
    return impl_->run();
}

} // namespace bot
