#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/net/bell.hpp"
#include "bot/storage/claims_store.hpp"
#include "bot/storage/database.hpp"

#include <functional>
#include <set>
#include <vector>

namespace bot::outreach {

/// What a look into a chat's history says about a row: there → sent; not there → it waits again, once no
/// answer can come any more; else it stays unknown until the next look, each time later. Pure.
storage::Sighted conclude(const storage::Claimed& row, Sighting sighting, std::int64_t now_ms,
                          std::int64_t answer_within_ms);

/// Settles unknown rows of one account where its door can look: several looks at once, beside the sends.
/// Lives on one executor.
class LookUps {
public:
    struct Hooks {
        std::function<void(storage::Claimed&)> prepare; ///< writes the text to look for
        std::function<int()> may_look;                  ///< so many looks may be under way at once
        std::function<void()> on_answer;                ///< the platform showed a history
        std::function<void()> on_waiting;               ///< rows wait again
    };

    LookUps(asio::any_io_executor executor, storage::Database& database, Door& door, const Clock& clock,
            std::int64_t first_look_ms, Hooks hooks);

    /// Runs until `stop`; ends after the looks under way ended.
    asio::awaitable<void> run();
    /// On the executor.
    void stop();

private:
    asio::awaitable<void> look_around();
    asio::awaitable<void> write_findings();
    asio::awaitable<void> look(storage::Claimed row);

    asio::any_io_executor executor_;
    storage::Database& database_;
    Door& door_;
    const Clock& clock_;
    const std::int64_t first_look_ms_;
    const Hooks hooks_;
    net::Bell bell_;
    std::set<storage::RowKey> busy_; ///< from the start of a look until its finding is written
    int under_way_ = 0;
    std::vector<storage::Sighted> findings_;
    bool stopping_ = false;
};

} // namespace bot::outreach
