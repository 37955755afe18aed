#include "handlers/subscriptions.hpp"

#include "bot/core/text.hpp"
#include "bot/storage/groups_store.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace handlers {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, const char*> categories[] = {{"活动", "activities"}, {"招聘", "jobs"},
                                                              {"维权", "rights"},     {"互助", "mutual-aid"},
                                                              {"服务", "services"},   {"通知", "notices"}};

const char* category_of(std::string_view word)
{
    for (const auto& [shown, id] : categories)
        if (word == shown)
            return id;
    return nullptr;
}

std::string shown_as(std::string_view category)
{
    for (const auto& [shown, id] : categories)
        if (category == id)
            return shown;
    return std::string(category);
}

/// The rest of `text` after `command` and a blank; nothing when it does not start so.
std::optional<std::string> after(std::string_view text, std::string_view command)
{
    if (!text.starts_with(command) || (text.size() > command.size() && text[command.size()] != ' '))
        return std::nullopt;
    return std::string(bot::text::trim(text.substr(command.size())));
}

bool is_admin(const Turn& turn)
{
    return turn.event.sender.role == "owner" || turn.event.sender.role == "admin";
}

} // namespace

bool Subscriptions::matches(const Turn& turn) const
{
    if (turn.event.chat.type != bot::ChatType::group)
        return false;
    const auto binding = after(turn.text, "绑定");
    return turn.text == "订阅情况" || after(turn.text, "订阅") || after(turn.text, "退订") ||
           (binding && !binding->empty());
}

boost::asio::awaitable<std::optional<bot::Reply>> Subscriptions::answer(Turn turn)
{
    bot::Reply reply;
    if (const auto code = after(turn.text, "绑定")) {
        reply.text = co_await bind(turn, *code);
        co_return reply;
    }
    if (!turn.group) {
        reply.text = words_.text("need_binding");
        co_return reply;
    }
    if (turn.text == "订阅情况") {
        reply.text = co_await list(turn.event.account, turn.event.chat.id);
        co_return reply;
    }
    const auto adding = after(turn.text, "订阅");
    const std::string word = adding ? *adding : after(turn.text, "退订").value_or("");
    const char* category = category_of(word);
    if (!is_admin(turn)) {
        reply.text = words_.text("need_admin");
    } else if (!category) {
        reply.text = words_.text("unknown_category");
    } else {
        auto work = [id = turn.group->id, name = std::string(category),
                     add = adding.has_value()](soci::session& sql) {
            if (add)
                bot::storage::subscribe(sql, id, name);
            else
                bot::storage::unsubscribe(sql, id, name);
            return true;
        };
        co_await database_.write(std::move(work));
        const json context{{"category", word}};
        reply.text = words_.text(adding ? "subscribed" : "unsubscribed", context);
    }
    co_return reply;
}

boost::asio::awaitable<std::string> Subscriptions::list(std::string account, std::string chat)
{
    auto work = [account, chat](soci::session& sql) { return bot::storage::find_group(sql, account, chat); };
    const auto group = co_await database_.read(std::move(work));
    std::string joined;
    if (group)
        for (const std::string& one : group->subscriptions)
            joined += (joined.empty() ? "" : "、") + shown_as(one);
    const json context{{"any", !joined.empty()}, {"list", joined}};
    co_return words_.text("subscriptions", context);
}

boost::asio::awaitable<std::string> Subscriptions::bind(Turn turn, std::string code)
{
    bot::storage::Group fresh;
    fresh.id = ids_.next();
    fresh.account = turn.event.account;
    fresh.external_id = turn.event.chat.id;
    auto work = [fresh, code, now = clock_.now_ms()](soci::session& sql) {
        std::optional<bot::storage::Group> bound;
        const auto org = bot::storage::take_bind_code(sql, code, now);
        if (!org)
            return bound;
        bot::storage::Group group =
            bot::storage::find_group(sql, fresh.account, fresh.external_id).value_or(fresh);
        group.org = *org;
        bot::storage::upsert_group(sql, group);
        if (const auto unit = bot::storage::find_org(sql, *org))
            group.name = unit->name;
        bound = group;
        return bound;
    };
    const auto bound = co_await database_.write(std::move(work));
    if (!bound)
        co_return words_.text("bind_failed");
    bot::routing::KnownGroup known;
    known.id = bound->id;
    known.account = bound->account;
    known.external_id = bound->external_id;
    known.org = bound->org;
    directory_.put(std::move(known));
    const json context{{"org", bound->name}};
    co_return words_.text("bound", context);
}

} // namespace handlers
