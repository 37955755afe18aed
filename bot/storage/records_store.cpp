#include "bot/storage/records_store.hpp"

#include <soci/soci.h>

namespace bot::storage {

bool insert_seen(soci::session& sql, const std::vector<SeenRow>& keys, std::int64_t forget_before_ms)
{
    SeenRow row;
    soci::statement insert =
        (sql.prepare << "INSERT INTO seen (key, at_ms) VALUES (:key, :at) ON CONFLICT DO NOTHING",
         soci::use(row.first), soci::use(row.second));
    for (const SeenRow& one : keys) {
        row = one;
        insert.execute(true);
    }
    sql << "DELETE FROM seen WHERE at_ms < :before", soci::use(forget_before_ms);
    return true;
}

std::vector<SeenRow> list_seen(soci::session& sql, std::int64_t since_ms)
{
    std::vector<SeenRow> keys;
    SeenRow one;
    soci::statement rows = (sql.prepare << "SELECT key, at_ms FROM seen WHERE at_ms >= :since ORDER BY at_ms",
                            soci::use(since_ms), soci::into(one.first), soci::into(one.second));
    rows.execute();
    while (rows.fetch())
        keys.push_back(one);
    return keys;
}

bool insert_token(soci::session& sql, const std::string& hash, const Token& token, std::int64_t now_ms)
{
    sql << "INSERT INTO tokens (hash, name, role, org, created_ms) VALUES (:hash, :name, :role, :org, :now)",
        soci::use(hash), soci::use(token.name), soci::use(token.role), soci::use(token.org),
        soci::use(now_ms);
    return true;
}

void remove_tokens(soci::session& sql, const std::string& name)
{
    sql << "DELETE FROM tokens WHERE name = :name", soci::use(name);
}

std::optional<Token> find_token(soci::session& sql, const std::string& hash)
{
    Token token;
    sql << "SELECT name, role, org FROM tokens WHERE hash = :hash", soci::use(hash), soci::into(token.name),
        soci::into(token.role), soci::into(token.org);
    if (!sql.got_data())
        return std::nullopt;
    return token;
}

} // namespace bot::storage
