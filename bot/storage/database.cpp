#include "bot/storage/database.hpp"

#include "bot/storage/migrations.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>
#include <future>
#include <stdexcept>
#include <string_view>

namespace bot::storage {
namespace {

std::unique_ptr<soci::session> open_sqlite(const std::string& path)
{
    auto session = std::make_unique<soci::session>(soci::sqlite3, "db=" + path + " timeout=10");
    for (const char* pragma :
         {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"})
        session->once << pragma;
    return session;
}

/// Runs a file of statements one by one.
void run_script(soci::session& session, std::string_view script)
{
    while (!script.empty()) {
        const std::size_t end = std::min(script.find(";\n"), script.size());
        const std::string statement(script.substr(0, end));
        script.remove_prefix(std::min(end + 2, script.size()));
        if (statement.find_first_not_of(" \n;") != std::string::npos)
            session.once << statement;
    }
}

} // namespace

Database::Transaction::Transaction(soci::session& session) : session_(session)
{
    session_.once << "BEGIN IMMEDIATE";
}

Database::Transaction::~Transaction()
{
    if (!open_)
        return;
    try {
        session_.once << "ROLLBACK";
    } catch (const soci::soci_error&) { // the engine has rolled back by itself
        open_ = false;
    }
}

void Database::Transaction::commit()
{
    session_.once << "COMMIT";
    open_ = false;
}

Database::Database(const std::string& url)
{
    constexpr std::string_view scheme = "sqlite:";
    if (!url.starts_with(scheme))
        throw std::runtime_error("store.url: only sqlite:PATH is built in so far, got \"" +
                                 url.substr(0, url.find(':')) + "\"");
    const std::filesystem::path path = url.substr(scheme.size());
    if (path.has_parent_path())
        std::filesystem::create_directories(path.parent_path());
    writer_ = open_sqlite(path.string());
    migrate();
    reader_ = open_sqlite(path.string());
}

Database::~Database()
{
    writer_pool_.join();
    reader_pool_.join();
}

void Database::drain()
{
    for (boost::asio::thread_pool* pool : {&writer_pool_, &reader_pool_}) {
        std::promise<void> done;
        boost::asio::post(*pool, [&done] { done.set_value(); });
        done.get_future().wait();
    }
}

void Database::migrate()
{
    Transaction transaction(*writer_);
    writer_->once << "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY)";
    for (const Migration& migration : migrations()) {
        const std::string name = migration.name;
        int known = 0;
        writer_->once << "SELECT COUNT(*) FROM schema_migrations WHERE name = :name", soci::use(name),
            soci::into(known);
        if (known != 0)
            continue;
        run_script(*writer_, migration.sql);
        writer_->once << "INSERT INTO schema_migrations (name) VALUES (:name)", soci::use(name);
    }
    transaction.commit();
}

} // namespace bot::storage
