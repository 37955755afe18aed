#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/ids.hpp"
#include "bot/storage/database.hpp"
#include "bot/wording/renderer.hpp"
#include "handlers/handler.hpp"

namespace handlers {

/// 订阅 类别 · 退订 类别 · 订阅情况 · 绑定 CODE: what is pushed into a group.
class Subscriptions final : public Handler {
public:
    Subscriptions(bot::storage::Database& database, bot::routing::Directory& directory,
                  const bot::wording::Renderer& words, const bot::Clock& clock, bot::IdSource& ids)
        : database_(database), directory_(directory), words_(words), clock_(clock), ids_(ids)
    {
    }
    bool matches(const Turn& turn) const override;
    boost::asio::awaitable<std::optional<bot::Reply>> answer(Turn turn) override;

private:
    boost::asio::awaitable<std::string> list(std::string account, std::string chat);
    boost::asio::awaitable<std::string> bind(Turn turn, std::string code);

    bot::storage::Database& database_;
    bot::routing::Directory& directory_;
    const bot::wording::Renderer& words_;
    const bot::Clock& clock_;
    bot::IdSource& ids_;
};

} // namespace handlers
