#include "bot/net/access_token.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace bot::net {

struct AccessToken::Look {
    LentToken current; ///< empty value: there is none
    bool is_good = false;
    bool is_mine = false; ///< the caller has to fetch
    std::uint64_t generation = 0;
};

/// Everything that callers on different threads look at.
struct AccessToken::State {
    using Waiter = std::function<void(std::optional<LentToken>)>;

    std::shared_ptr<Look> look(std::int64_t now_ms, std::int64_t renew_before_ms)
    {
        const std::lock_guard lock(mutex);
        auto found = std::make_shared<Look>();
        found->generation = generation;
        const std::int64_t left = ends_ms - now_ms;
        if (!value.empty() && left > 0) {
            found->current.value = value;
            found->current.lifetime_ms = left;
            found->is_good = left > renew_before_ms || is_fetching;
        }
        found->is_mine = !found->is_good && !is_fetching;
        is_fetching = is_fetching || found->is_mine;
        return found;
    }

    void keep(const LentToken& lent, std::int64_t now_ms, std::uint64_t began)
    {
        const std::lock_guard lock(mutex);
        if (lent.value.empty() || began != generation)
            return;
        value = lent.value;
        ends_ms = now_ms + lent.lifetime_ms;
    }

    bool enlist(const Waiter& waiter)
    {
        const std::lock_guard lock(mutex);
        if (is_fetching)
            waiters.push_back(waiter);
        return is_fetching;
    }

    std::vector<Waiter> end_fetch()
    {
        const std::lock_guard lock(mutex);
        is_fetching = false;
        return std::exchange(waiters, {});
    }

    mutable std::mutex mutex;
    std::string value;
    std::int64_t ends_ms = 0;
    bool is_fetching = false;
    std::uint64_t generation = 0; ///< counts `forget`: a fetch that began before it is worth nothing
    std::vector<Waiter> waiters;
};

AccessToken::AccessToken(const Clock& clock, std::int64_t renew_before_ms, Fetch fetch)
    : clock_(clock), renew_before_ms_(renew_before_ms), fetch_(std::move(fetch)),
      state_(std::make_unique<State>())
{
}

AccessToken::~AccessToken() = default;

asio::awaitable<LentToken> AccessToken::get()
{
    std::optional<LentToken> lent;
    while (!lent) {
        const std::shared_ptr<Look> look = state_->look(clock_.now_ms(), renew_before_ms_);
        if (look->is_good)
            lent = look->current;
        else if (look->is_mine)
            lent = co_await fetch(look);
        else
            lent = co_await wait();
    }
    co_return *lent;
}

/// The only fetch under way. What it brings ends every wait, even when it brings nothing or breaks.
asio::awaitable<LentToken> AccessToken::fetch(std::shared_ptr<Look> look)
{
    LentToken lent;
    lent.trouble.action = SendAction::retry;
    try {
        lent = co_await fetch_();
    } catch (const std::exception& error) {
        lent.trouble.platform_words = error.what();
        lent.trouble.reason = "取访问令牌时程序出错，稍后再试";
    }
    state_->keep(lent, clock_.now_ms(), look->generation);
    if (lent.value.empty() && !look->current.value.empty())
        lent = look->current;
    for (const State::Waiter& waiter : state_->end_fetch())
        waiter(lent);
    co_return lent;
}

/// Until the fetch under way ends; nothing when it had ended already.
asio::awaitable<std::optional<LentToken>> AccessToken::wait()
{
    auto enlist = [this](auto handler) {
        auto home = asio::make_work_guard(handler);
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        State::Waiter waiter = [kept, home](std::optional<LentToken> lent) {
            asio::post(home.get_executor(), [kept, home, lent = std::move(lent)]() mutable {
                std::move (*kept)(std::move(lent));
            });
        };
        if (!state_->enlist(waiter))
            waiter(std::nullopt);
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::optional<LentToken>)>(
        enlist, asio::use_awaitable);
}

void AccessToken::refused(const std::string& value)
{
    const std::lock_guard lock(state_->mutex);
    if (state_->value == value)
        state_->value.clear();
}

void AccessToken::forget()
{
    const std::lock_guard lock(state_->mutex);
    state_->value.clear();
    ++state_->generation;
}

std::int64_t AccessToken::left_ms() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->value.empty() ? 0 : std::max<std::int64_t>(0, state_->ends_ms - clock_.now_ms());
}

} // namespace bot::net
