#include "bot/outreach/audience.hpp"
#include "bot/storage/announcements_store.hpp"
#include "bot/storage/claims_store.hpp"
#include "bot/storage/database.hpp"

#include <nlohmann/json.hpp>
#include <soci/soci.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

/// ledger_bench DIRECTORY: rows per second of fanning a notice out and of claim → sent, on a store in
/// DIRECTORY with synchronous=FULL, beside SQLite alone updating as many rows in as many transactions. Prints
/// one JSON object.
namespace {

using namespace bot;

constexpr int groups = 100'000;
constexpr int rows_per_transaction = 500;
constexpr std::int64_t now = 1'784'347'200'000;
constexpr std::int64_t notice = 1;

double seconds_of(const auto& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check(bool held, const char* what)
{
    if (!held)
        throw std::runtime_error(what);
}

void add_groups(soci::session& sql)
{
    sql << "INSERT INTO orgs (code, name, parent, kind, path) VALUES ('6211', '市', 'root', 'city', "
           "'/6211/')";
    std::int64_t id = 0;
    std::string external;
    soci::statement insert = (sql.prepare << "INSERT INTO chat_groups (id, account, external_id, name, org) "
                                             "VALUES (:id, 'qq', :external, '', '6211')",
                              soci::use(id), soci::use(external));
    for (id = 1; id <= groups; ++id) {
        external = std::to_string(700'000'000 + id);
        insert.execute(true);
    }
}

std::int64_t prepare_store(storage::Database& database)
{
    return database.write_now([](soci::session& sql) {
        add_groups(sql);
        storage::Announcement one;
        one.id = notice;
        one.title = "送清凉";
        one.body = "明天上午九点在站点领水和毛巾，请互相转告。";
        one.category = "activities";
        one.audience = "root";
        one.state = "sending";
        one.created_by = "bench";
        storage::insert_announcement(sql, one);
        return storage::begin_epoch(sql, now);
    });
}

double fan_out(storage::Database& database)
{
    const auto audience = outreach::parse_audience("root");
    return seconds_of([&] {
        const std::int64_t rows = database.write_now(
            [&](soci::session& sql) { return storage::fan_out(sql, notice, 2, *audience.condition, now); });
        check(rows == groups, "not every group got its row");
    });
}

storage::Settlement sent(const storage::Claimed& row)
{
    static const std::string state = "sent", action = "ok";
    storage::Settlement one;
    one.announcement_id = row.announcement_id;
    one.group_id = row.group_id;
    one.attempt = row.attempt;
    one.state = state;
    one.action = action;
    one.platform_message_id = std::to_string(row.group_id);
    return one;
}

void settle_all(storage::Database& database, std::int64_t epoch, const std::vector<storage::Claimed>& rows)
{
    std::vector<storage::Settlement> outcomes;
    for (const storage::Claimed& row : rows)
        outcomes.push_back(sent(row));
    const int settled =
        database.write_now([&](soci::session& sql) { return storage::settle(sql, epoch, now, outcomes); });
    check(settled == static_cast<int>(rows.size()), "not every row was settled");
}

double claim_to_sent(storage::Database& database, std::int64_t epoch)
{
    storage::ClaimLimits limits;
    limits.rows = rows_per_transaction;
    return seconds_of([&] {
        for (int done = 0; done < groups;) {
            const auto rows = database.write_now(
                [&](soci::session& sql) { return storage::claim(sql, "qq", epoch, now, limits).rows; });
            check(!rows.empty(), "nothing left to claim");
            settle_all(database, epoch, rows);
            done += static_cast<int>(rows.size());
        }
    });
}

/// SQLite without our stores: a table by primary key, prepared statements, the same durability.
class Bare {
public:
    explicit Bare(const std::string& file)
    {
        check(sqlite3_open(file.c_str(), &db_) == SQLITE_OK, "cannot open");
        for (const char* sentence : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                                     "CREATE TABLE deliveries (announcement INTEGER, id INTEGER, account "
                                     "TEXT, urgency INTEGER, state TEXT, "
                                     "attempts INTEGER, epoch INTEGER, at_ms INTEGER, reason TEXT, message "
                                     "TEXT, PRIMARY KEY (announcement, id))"})
            run(sentence);
        insert_ = prepare("INSERT INTO deliveries VALUES (1, ?1, 'qq', 2, 'waiting', 0, 0, 0, '', '')");
        begin_ = prepare("BEGIN IMMEDIATE");
        commit_ = prepare("COMMIT");
        claim_ =
            prepare("UPDATE deliveries SET state = 'sending', attempts = attempts + 1, epoch = 1, at_ms = 1 "
                    "WHERE announcement = 1 AND id = ?1 AND state = 'waiting'");
        settle_ =
            prepare("UPDATE deliveries SET state = 'sent', at_ms = 2, message = 'm' WHERE announcement = 1 "
                    "AND id = ?1 AND epoch = 1 AND state = 'sending'");
    }
    ~Bare()
    {
        for (sqlite3_stmt* one : {insert_, begin_, commit_, claim_, settle_})
            sqlite3_finalize(one);
        sqlite3_close(db_);
    }
    Bare(const Bare&) = delete;
    Bare& operator=(const Bare&) = delete;

    double fan_out()
    {
        return seconds_of([this] { transaction(insert_, 1, groups); });
    }
    double claim_to_sent()
    {
        return seconds_of([this] {
            for (int from = 1; from <= groups; from += rows_per_transaction) {
                transaction(claim_, from, from + rows_per_transaction - 1);
                transaction(settle_, from, from + rows_per_transaction - 1);
            }
        });
    }

private:
    void run(const char* sentence)
    {
        check(sqlite3_exec(db_, sentence, nullptr, nullptr, nullptr) == SQLITE_OK, sentence);
    }
    sqlite3_stmt* prepare(const char* sentence)
    {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v2(db_, sentence, -1, &statement, nullptr) == SQLITE_OK, sentence);
        return statement;
    }
    void step(sqlite3_stmt* statement)
    {
        check(sqlite3_step(statement) == SQLITE_DONE, "a step failed");
        sqlite3_reset(statement);
    }
    void transaction(sqlite3_stmt* statement, int from, int to)
    {
        step(begin_);
        for (int id = from; id <= to; ++id) {
            sqlite3_bind_int(statement, 1, id);
            step(statement);
        }
        step(commit_);
    }

    sqlite3* db_ = nullptr;
    sqlite3_stmt *insert_ = nullptr, *begin_ = nullptr, *commit_ = nullptr, *claim_ = nullptr,
                 *settle_ = nullptr;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "ledger_bench DIRECTORY\n";
        return 2;
    }
    const std::filesystem::path dir = argv[1];
    storage::Database database("sqlite:" + (dir / "ours.db").string());
    const std::int64_t epoch = prepare_store(database);
    Bare bare((dir / "bare.db").string());
    const double rows = groups;
    nlohmann::json result;
    result["fan_out"] = rows / fan_out(database);
    result["bare_fan_out"] = rows / bare.fan_out();
    result["cycles"] = rows / claim_to_sent(database, epoch);
    result["bare_cycles"] = rows / bare.claim_to_sent();
    std::cout << result.dump() << std::endl;
}
