#include "bot/app.hpp"

#include "bot/console/api.hpp"
#include "bot/console/tokens.hpp"
#include "bot/doors/onebot11/door.hpp"
#include "bot/doors/sandbox/door.hpp"
#include "bot/knowledge/answerer.hpp"
#include "bot/net/http_client.hpp"
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "bot/ops/metrics.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/import.hpp"
#include "bot/outreach/postman.hpp"
#include "bot/routing/contexts.hpp"
#include "bot/routing/directory.hpp"
#include "bot/routing/intake.hpp"
#include "bot/storage/groups_store.hpp"
#include "bot/storage/records_store.hpp"
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
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>

namespace bot {
namespace {

using nlohmann::json;
using OneBot11 = doors::onebot11::OneBot11Door;
using Sandbox = doors::sandbox::SandboxDoor;

constexpr std::int64_t remembered_ms = 72LL * 3600 * 1000;
constexpr auto flush_every = std::chrono::milliseconds(200);
constexpr std::size_t most_unwritten = 100'000;

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

std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

const char* type_of(const std::filesystem::path& file)
{
    if (file.extension() == ".css")
        return "text/css; charset=utf-8";
    if (file.extension() == ".js")
        return "text/javascript; charset=utf-8";
    if (file.extension() == ".svg")
        return "image/svg+xml";
    return "application/octet-stream";
}

void add_page_headers(net::HttpResponse& response)
{
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
                                  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
}

std::vector<doors::sandbox::Group> read_sandbox(const json& file)
{
    std::vector<doors::sandbox::Group> groups;
    for (const json& one : file) {
        doors::sandbox::Group group{one.at("id"), one.at("name"), {}, {}, {}};
        group.trade = one.at("industries").at(0);
        group.mode = one.at("mode");
        for (const json& person : one.at("people"))
            group.people.push_back({person.at("id"), person.at("name"), person.at("role")});
        groups.push_back(std::move(group));
    }
    return groups;
}

} // namespace

struct App::Impl {
    Impl(Options given, const Clock& the_clock)
        : options(std::move(given)), clock(the_clock), ids(clock), words(options.templates / "zh"),
          pages(options.templates / "pages" / "public"), answerer(clock, words), database(options.config.store_url),
          contexts(clock), intake(clock)
    {
        const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
        for (unsigned i = 0; i < threads; ++i)
            loops.push_back(std::make_unique<asio::io_context>(1));
        for (const auto& problem : answerer.reload(options.config.knowledge_dir))
            spdlog::warn("event=knowledge_problem at=\"{}:{}\" problem=\"{}\"", problem.file, problem.line, problem.message);
        read_assets();
        if (options.demo)
            fill_demo();
        const std::int64_t now = clock.now_ms();
        epoch = database.write_now([now](soci::session& sql) { return storage::begin_epoch(sql, now); });
        std::vector<routing::SeenKey> seen;
        for (auto& [key, at] : database.read_now([now](soci::session& sql) { return storage::list_seen(sql, now - remembered_ms); }))
            seen.push_back({std::move(key), at});
        intake.restore(seen);
        load_directory();
        announcer = std::make_unique<outreach::Announcer>(database, clock, ids, options.config.approval_from_groups, [this] { wake_postmen(); });
        build_registry();
        build_doors();
        api = std::make_unique<console::Api>(database, *announcer, words, clock, [this] { return all_doors(); });
        answered = metrics.counter("lastmeter_replies_total", "Replies given to events");
        heard = metrics.counter("lastmeter_events_total", "Events heard");
        remembered = metrics.gauge("lastmeter_intake_keys", "Dedupe keys in memory");
    }

    asio::io_context& home() { return *loops.front(); }

    void read_assets()
    {
        const auto dir = options.templates / "assets";
        for (const char* folder : {"css", "js", "img"})
            for (const auto& entry : std::filesystem::directory_iterator(dir / folder))
                assets.emplace(entry.path().lexically_relative(dir).generic_string(), read_file(entry.path()));
    }

    void fill_demo()
    {
        const auto dir = options.templates / "data" / "demo";
        for (const char* file : {"orgs.csv", "example_orgs.csv"}) {
            const auto report = outreach::import_file(database, ids, "orgs", dir / file);
            if (!report.problems.empty())
                throw std::runtime_error(report.problems.front());
        }
        sandbox_groups = json::parse(read_file(dir / "sandbox.json"));
        database.write_now([this](soci::session& sql) {
            for (const json& one : sandbox_groups) {
                storage::Group group;
                group.id = ids.next();
                group.account = "sandbox";
                group.external_id = one.at("id");
                if (storage::find_group(sql, group.account, group.external_id))
                    continue;
                group.name = one.at("name");
                group.org = one.at("org");
                group.mode = one.at("mode");
                group.industries = one.at("industries").get<std::vector<std::string>>();
                group.subscriptions = one.at("subscriptions").get<std::vector<std::string>>();
                storage::upsert_group(sql, group);
            }
            return true;
        });
    }

    void load_directory()
    {
        std::vector<routing::KnownGroup> known;
        for (const storage::Group& group : database.read_now([](soci::session& sql) { return storage::list_groups(sql); })) {
            const auto mode = group.mode == "attentive" ? routing::GroupMode::attentive
                              : group.mode == "muted"   ? routing::GroupMode::muted
                                                        : routing::GroupMode::mention;
            known.push_back({group.id, group.account, group.external_id, group.org, mode});
        }
        directory.replace(std::move(known));
    }

    void build_registry()
    {
        auto log = [this](storage::QuestionRow row) {
            row.at_ms = clock.now_ms();
            const std::lock_guard lock(unwritten_mutex);
            if (unwritten.size() < most_unwritten)
                unwritten.push_back(std::move(row));
        };
        std::vector<std::unique_ptr<handlers::Handler>> abilities;
        abilities.push_back(std::make_unique<handlers::Subscriptions>(database, directory, words, clock, ids));
        abilities.push_back(std::make_unique<handlers::Questions>(answerer, contexts, words,
                                                                  (options.templates / "data" / "menu.json").string(), log));
        auto on_notice = [this](Event event) { return note(std::move(event)); };
        registry = std::make_unique<handlers::Registry>(intake, contexts, directory, options.config.names, std::move(abilities), on_notice);
    }

    asio::awaitable<void> note(Event event)
    {
        if (event.happening != Happening::bot_left && event.happening != Happening::bot_joined)
            co_return;
        const std::string state = event.happening == Happening::bot_left ? "left" : "active";
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

    void build_doors()
    {
        const EventHandler on_event = [this](Event event) { return hear(std::move(event)); };
        for (const config::Account& account : options.config.accounts) {
            if (account.platform == "sandbox") {
                add_sandbox(account.id, on_event);
            } else if (account.platform == "onebot11") {
                doors::onebot11::Settings settings;
                settings.id = account.id;
                settings.secret = account.secret("secret");
                settings.access_token = account.secret("access_token");
                settings.api = account.value("api");
                settings.reply_via = account.value("reply_via") == "quick" ? doors::onebot11::ReplyVia::quick
                                     : account.value("reply_via") == "api" ? doors::onebot11::ReplyVia::api
                                                                           : doors::onebot11::ReplyVia::automatic;
                auto door = std::make_unique<OneBot11>(std::move(settings), client, clock, on_event);
                add_postman(*door, account.value("rate"));
                onebot11.emplace(account.id, std::move(door));
            } else {
                throw std::runtime_error("account " + account.id + ": the platform " + account.platform + " is not built in yet");
            }
        }
        if (options.demo && !sandbox)
            add_sandbox("sandbox", on_event);
    }

    void add_sandbox(const std::string& id, const EventHandler& on_event)
    {
        if (sandbox_groups.empty())
            sandbox_groups = json::parse(read_file(options.templates / "data" / "demo" / "sandbox.json"));
        sandbox = std::make_unique<Sandbox>(id, read_sandbox(sandbox_groups), clock, on_event);
        add_postman(*sandbox, "");
    }

    void add_postman(Door& door, const std::string& rate)
    {
        outreach::PostmanSettings settings;
        settings.rate = outreach::parse_rate(rate);
        if (!rate.empty() && !settings.rate)
            throw std::runtime_error("account " + door.account() + ": rate: \"" + rate + "\" is none; write 20/min, 600/h or 2/s");
        if (!outreach::parse_quiet_hours(options.config.quiet_hours, settings))
            throw std::runtime_error("outreach.quiet_hours: \"" + options.config.quiet_hours + "\" is none; write 22:00-07:00");
        settings.per_group_per_day = options.config.per_group_per_day;
        auto render = [this](const storage::Claimed& row) {
            return words.text("notice", json{{"title", row.title}, {"body", row.body}});
        };
        postmen.push_back(std::make_unique<outreach::Postman>(home().get_executor(), database, door, clock, epoch, settings, render));
    }

    std::vector<const Door*> all_doors() const
    {
        std::vector<const Door*> doors;
        if (sandbox)
            doors.push_back(sandbox.get());
        for (const auto& [id, door] : onebot11)
            doors.push_back(door.get());
        return doors;
    }

    void wake_postmen()
    {
        for (const auto& postman : postmen)
            postman->wake();
    }

    asio::awaitable<net::HttpResponse> serve(net::HttpRequest request)
    {
        const std::string path = request.path;
        net::HttpResponse response;
        if (path.starts_with("/hooks/"))
            co_return co_await hook(path.substr(7), std::move(request));
        if (path.starts_with("/api/v1/"))
            co_return co_await api->serve(path.substr(8), std::move(request));
        if (sandbox && path.starts_with("/sandbox/")) {
            auto served = co_await sandbox->serve(path.substr(9), std::move(request));
            if (served)
                co_return std::move(*served);
        }
        if (path == "/healthz" || path == "/readyz")
            response = net::text_response(ready || path == "/healthz" ? 200 : 503, ready ? "ok\n" : "starting\n");
        else if (path == "/metrics")
            response = expose();
        else if (sandbox && path == "/sandbox")
            response = net::html_response(200, pages.html("sandbox", json::object()));
        else if (path == "/" && sandbox)
            response = redirect("/sandbox");
        else if (path.starts_with("/assets/") && assets.contains(path.substr(8)))
            response = asset(path.substr(8));
        else
            response = net::problem(404, "没有这个地址", "请核对网址");
        add_page_headers(response);
        co_return response;
    }

    asio::awaitable<net::HttpResponse> hook(std::string account, net::HttpRequest request)
    {
        const auto door = onebot11.find(account);
        if (door == onebot11.end())
            co_return net::problem(404, "没有这个账号", "配置里没有这个 id 的账号");
        co_return co_await door->second->receive(std::move(request));
    }

    asio::awaitable<net::UpgradeDecision> upgrade(net::HttpRequest request)
    {
        net::UpgradeDecision decision;
        const auto door = request.path.starts_with("/hooks/") ? onebot11.find(request.path.substr(7)) : onebot11.end();
        if (door == onebot11.end()) {
            decision.refusal = net::problem(404, "没有这个账号", "配置里没有这个 id 的账号");
            co_return decision;
        }
        co_return co_await door->second->upgrade(std::move(request));
    }

    net::HttpResponse expose()
    {
        remembered.set(static_cast<double>(intake.size()));
        return net::text_response(200, metrics.expose());
    }

    net::HttpResponse redirect(const std::string& to)
    {
        net::HttpResponse response;
        response.status = 303;
        response.headers.emplace_back("Location", to);
        return response;
    }

    net::HttpResponse asset(const std::string& name)
    {
        net::HttpResponse response;
        response.content_type = type_of(name);
        response.body = assets.at(name);
        return response;
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
            timer.expires_after(flush_every);
            co_await timer.async_wait(net::as_values);
        }
    }

    asio::awaitable<void> flush()
    {
        std::vector<storage::SeenRow> keys;
        for (auto& one : intake.take_new())
            keys.emplace_back(std::move(one.key), one.at_ms);
        std::vector<storage::QuestionRow> questions;
        {
            const std::lock_guard lock(unwritten_mutex);
            questions.swap(unwritten);
        }
        if (keys.empty() && questions.empty())
            co_return;
        auto work = [keys = std::move(keys), questions = std::move(questions), before = clock.now_ms() - remembered_ms](soci::session& sql) {
            return storage::insert_seen(sql, keys, before) && storage::insert_questions(sql, questions);
        };
        co_await database.write(std::move(work));
    }

    asio::awaitable<void> wait_for_end()
    {
        asio::signal_set reload(home(), SIGHUP);
        reload.async_wait([this](error_code ec, int) { on_reload(ec); });
        asio::signal_set signals(home(), SIGTERM, SIGINT);
        co_await signals.async_wait(net::as_values);
        spdlog::info("event=stopping");
        ready = false;
        for (const auto& postman : postmen)
            postman->stop();
        co_await server->stop(std::chrono::seconds(5));
        stopping = true;
        asio::steady_timer timer(home());
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(3);
        const auto busy = [this] { return std::any_of(postmen.begin(), postmen.end(), [](const auto& one) { return one->running(); }); };
        while (busy() && std::chrono::steady_clock::now() < deadline) {
            timer.expires_after(std::chrono::milliseconds(5));
            co_await timer.async_wait(net::as_values);
        }
        co_await flush();
        for (const auto& loop : loops)
            loop->stop();
    }

    void on_reload(error_code ec)
    {
        if (ec)
            return;
        const auto problems = answerer.reload(options.config.knowledge_dir);
        spdlog::info("event=reloaded problems={}", problems.size());
    }

    void announce_addresses(const std::vector<std::uint16_t>& ports)
    {
        const std::string base = "http://" + options.config.listen.front().substr(0, options.config.listen.front().rfind(':')) + ":" + std::to_string(ports.front());
        spdlog::info("event=ready address={} cards={} groups={}", base, answerer.snapshot()->cards().size(), directory.size());
        if (!options.demo)
            return;
        const std::string token = console::new_token();
        database.write_now([&](soci::session& sql) {
            return storage::insert_token(sql, console::token_hash(token), {"demo-organizer", "admin", "root"}, clock.now_ms());
        });
        std::cout << "群聊沙盒       " << base << "/sandbox\n接口（通知）   " << base << "/api/v1/announcements\n组织员口令     " << token << std::endl;
    }

    int run()
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
            contexts_of_server, server_options, [this](net::HttpRequest request) { return serve(std::move(request)); },
            [this](net::HttpRequest request) { return upgrade(std::move(request)); });
        server->start();
        ready = true;
        announce_addresses(server->ports());
        asio::co_spawn(home(), housekeeping(), log_end);
        asio::co_spawn(home(), wait_for_end(), log_end);
        for (const auto& postman : postmen)
            asio::co_spawn(home(), postman->run(), log_end);
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
    std::vector<std::unique_ptr<asio::io_context>> loops;
    IdSource ids;
    ops::Metrics metrics;
    wording::Renderer words, pages;
    knowledge::Answerer answerer;
    storage::Database database;
    routing::Contexts contexts;
    routing::Directory directory;
    routing::Intake intake;
    net::HttpClient client;
    json sandbox_groups = json::array();
    std::map<std::string, std::string> assets;
    std::int64_t epoch = 0;
    std::unique_ptr<outreach::Announcer> announcer;
    std::unique_ptr<handlers::Registry> registry;
    std::unique_ptr<Sandbox> sandbox;
    std::map<std::string, std::unique_ptr<OneBot11>> onebot11;
    std::vector<std::unique_ptr<outreach::Postman>> postmen;
    std::unique_ptr<console::Api> api;
    std::unique_ptr<net::HttpServer> server;
    std::mutex unwritten_mutex;
    std::vector<storage::QuestionRow> unwritten;
    ops::Metrics::Counter answered, heard;
    ops::Metrics::Gauge remembered;
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
