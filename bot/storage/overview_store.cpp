#include "bot/storage/overview_store.hpp"

#include <soci/soci.h>

namespace bot::storage {
namespace {

using Accounts = std::map<std::string, AccountOverview>;

AccountOverview& row_of(Accounts& accounts, const std::string& name)
{
    AccountOverview& row = accounts[name];
    row.account = name;
    return row;
}

void count(soci::session& sql, const std::string& table,
           std::map<std::string, std::int64_t> AccountOverview::*counts, Accounts& accounts)
{
    std::string account, state;
    long long number = 0;
    soci::statement rows =
        (sql.prepare << "SELECT account, state, COUNT(*) FROM " + table + " GROUP BY account, state",
         soci::into(account), soci::into(state), soci::into(number));
    rows.execute();
    while (rows.fetch())
        (row_of(accounts, account).*counts)[state] = number;
}

void read_attempts(soci::session& sql, Accounts& accounts)
{
    std::string account, words;
    long long at_ms = 0;
    soci::statement good = (sql.prepare << "SELECT account, MAX(at_ms) FROM attempts WHERE action IN ('ok', "
                                           "'sent') GROUP BY account",
                            soci::into(account), soci::into(at_ms));
    good.execute();
    while (good.fetch())
        row_of(accounts, account).last_success_ms = at_ms;
    soci::statement bad =
        (sql.prepare << "SELECT a.account, a.at_ms, a.words FROM attempts a JOIN (SELECT account, MAX(at_ms) "
                        "AS at_ms FROM attempts WHERE action NOT IN ('ok', 'sent') GROUP BY account) last ON "
                        "a.account = last.account AND a.at_ms = last.at_ms WHERE a.action NOT IN ('ok', "
                        "'sent')",
         soci::into(account), soci::into(at_ms), soci::into(words));
    bad.execute();
    while (bad.fetch()) {
        AccountOverview& row = row_of(accounts, account);
        row.last_error_ms = at_ms;
        row.last_error = words;
    }
}

} // namespace

std::vector<AccountOverview> overview(soci::session& sql)
{
    Accounts accounts;
    count(sql, "chat_groups", &AccountOverview::groups, accounts);
    count(sql, "deliveries", &AccountOverview::deliveries, accounts);
    read_attempts(sql, accounts);
    std::vector<AccountOverview> rows;
    for (auto& [name, row] : accounts)
        if (!name.empty())
            rows.push_back(std::move(row));
    return rows;
}

} // namespace bot::storage
