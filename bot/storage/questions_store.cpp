#include "bot/storage/questions_store.hpp"

#include <soci/soci.h>

namespace bot::storage {
namespace {

constexpr auto insert_sentence =
    "INSERT INTO asked_questions (id, account, chat, chat_type, message_id, text, action, topic, state, "
    "at_ms) VALUES "
    "(:id, :account, :chat, :chat_type, :message, :text, :action, :topic, :state, :at)";
constexpr auto columns = "id, account, chat, chat_type, message_id, text, action, topic, state, at_ms";

template <class... Uses>
std::vector<AskedQuestion> read(soci::session& sql, const std::string& tail, const Uses&... uses)
{
    std::vector<AskedQuestion> found;
    AskedQuestion one;
    soci::statement rows(sql);
    (rows.exchange(soci::use(uses)), ...);
    rows.exchange(soci::into(one.id));
    for (std::string* field : {&one.account, &one.chat, &one.chat_type, &one.message_id, &one.text,
                               &one.action, &one.topic, &one.state})
        rows.exchange(soci::into(*field));
    rows.exchange(soci::into(one.at_ms));
    rows.alloc();
    rows.prepare(std::string("SELECT ") + columns + " FROM asked_questions " + tail);
    rows.define_and_bind();
    rows.execute();
    while (rows.fetch())
        found.push_back(one);
    return found;
}

} // namespace

bool insert_questions(soci::session& sql, const std::vector<AskedQuestion>& rows)
{
    AskedQuestion row;
    soci::statement insert =
        (sql.prepare << insert_sentence, soci::use(row.id), soci::use(row.account), soci::use(row.chat),
         soci::use(row.chat_type), soci::use(row.message_id), soci::use(row.text), soci::use(row.action),
         soci::use(row.topic), soci::use(row.state), soci::use(row.at_ms));
    for (const AskedQuestion& one : rows) {
        row = one;
        insert.execute(true);
    }
    return true;
}

std::vector<AskedQuestion> list_questions(soci::session& sql, const std::string& state, std::int64_t since_ms,
                                          int limit)
{
    return read(sql, "WHERE state = :state AND at_ms >= :since ORDER BY at_ms DESC, id DESC LIMIT :rows",
                state, since_ms, limit);
}

std::vector<AskedQuestion> settle_questions(soci::session& sql, const std::vector<std::int64_t>& ids,
                                            const std::string& state, const std::string& topic)
{
    std::vector<AskedQuestion> settled;
    for (const std::int64_t id : ids) {
        auto found = read(sql, "WHERE id = :id AND state = 'open'", id);
        if (found.empty())
            continue;
        sql << "UPDATE asked_questions SET state = :state, topic = :topic WHERE id = :id", soci::use(state),
            soci::use(topic), soci::use(id);
        settled.push_back(std::move(found.front()));
    }
    return settled;
}

void forget_chat(soci::session& sql, const std::string& account, const std::string& chat)
{
    sql << "DELETE FROM asked_questions WHERE account = :account AND chat = :chat", soci::use(account),
        soci::use(chat);
}

void forget_questions(soci::session& sql, std::int64_t before_ms)
{
    sql << "DELETE FROM asked_questions WHERE at_ms < :before", soci::use(before_ms);
}

} // namespace bot::storage
