#include "bot/demo.hpp"

#include "bot/console/tokens.hpp"
#include "bot/core/time.hpp"
#include "bot/outreach/announcer.hpp"
#include "bot/outreach/import.hpp"
#include "bot/storage/announcements_store.hpp"
#include "bot/storage/groups_store.hpp"
#include "bot/storage/records_store.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace bot {
namespace {

using nlohmann::json;

json read_json(const std::filesystem::path& file)
{
    std::ifstream in(file);
    json value = json::parse(in, nullptr, false);
    if (value.is_discarded())
        throw std::runtime_error(file.string() + ": not there, or not JSON");
    return value;
}

void import_units(storage::Database& database, IdSource& ids, const std::filesystem::path& file)
{
    const auto report = outreach::import_file(database, ids, "orgs", file);
    if (!report.problems.empty())
        throw std::runtime_error(report.problems.front());
}

void add_groups(storage::Database& database, IdSource& ids, const json& groups)
{
    database.write_now([&](soci::session& sql) {
        for (const json& one : groups) {
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

/// The notice of the demo's activity, waiting for tomorrow morning; written once per store.
void schedule_notice(storage::Database& database, IdSource& ids, const Clock& clock, const json& notice)
{
    storage::Announcement one;
    one.id = ids.next();
    one.title = notice.at("title");
    one.body = notice.at("body");
    one.category = notice.at("category");
    one.audience = notice.at("audience");
    one.state = "scheduled";
    one.send_at_ms = next_time_of_day_ms(clock.now_ms() + 12 * 3'600'000, 9, 0);
    one.created_by = "demo-organizer";
    one.approved_by = "demo-reviewer";
    one.idempotency_key = "demo-notice";
    one.created_ms = clock.now_ms();
    database.write_now([&one](soci::session& sql) { return storage::insert_announcement(sql, one); });
}

} // namespace

void fill_demo(storage::Database& database, IdSource& ids, const Clock& clock,
               const std::filesystem::path& templates)
{
    const std::filesystem::path dir = templates / "data" / "demo";
    import_units(database, ids, dir / "orgs.csv");
    import_units(database, ids, dir / "example_orgs.csv");
    add_groups(database, ids, read_json(dir / "sandbox.json"));
    schedule_notice(database, ids, clock, read_json(dir / "notice.json"));
}

DemoTokens make_demo_tokens(storage::Database& database, const Clock& clock)
{
    DemoTokens tokens{console::new_token(), console::new_token()};
    database.write_now([&](soci::session& sql) {
        storage::remove_tokens(sql, "demo-organizer");
        storage::remove_tokens(sql, "demo-reviewer");
        storage::insert_token(sql, console::token_hash(tokens.organizer),
                              {"demo-organizer", "organizer", "root"}, clock.now_ms());
        return storage::insert_token(sql, console::token_hash(tokens.reviewer),
                                     {"demo-reviewer", "reviewer", "root"}, clock.now_ms());
    });
    return tokens;
}

} // namespace bot
