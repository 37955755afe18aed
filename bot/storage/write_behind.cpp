#include "bot/storage/write_behind.hpp"

#include <soci/soci.h>

#include <iterator>
#include <memory>
#include <utility>

namespace bot::storage {
namespace {

constexpr std::size_t most_waiting = 100'000;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t question_days = 30; ///< raw words are kept no longer

template <class Row> std::size_t append(std::vector<Row>& to, std::vector<Row> rows)
{
    const std::size_t room = most_waiting - std::min(most_waiting, to.size());
    const std::size_t kept = std::min(room, rows.size());
    to.insert(to.end(), std::make_move_iterator(rows.begin()),
              std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(kept)));
    return rows.size() - kept;
}

} // namespace

void WriteBehind::add(AskedQuestion row)
{
    row.at_ms = clock_.now_ms();
    const std::lock_guard lock(mutex_);
    if (waiting_.questions.size() < most_waiting)
        waiting_.questions.push_back(std::move(row));
    else
        ++dropped_;
}

void WriteBehind::add(std::vector<SeenRow> keys)
{
    const std::lock_guard lock(mutex_);
    dropped_ += append(waiting_.keys, std::move(keys));
}

boost::asio::awaitable<void> WriteBehind::flush(std::int64_t remember_ms)
{
    auto batch = std::make_shared<Batch>();
    {
        const std::lock_guard lock(mutex_);
        std::swap(*batch, waiting_);
    }
    if (batch->keys.empty() && batch->questions.empty())
        co_return;
    auto work = [batch, now = clock_.now_ms(), remember_ms](soci::session& sql) {
        forget_questions(sql, now - question_days * day_ms);
        return insert_seen(sql, batch->keys, now - remember_ms) && insert_questions(sql, batch->questions);
    };
    try {
        co_await database_.write(std::move(work));
    } catch (...) {
        keep(std::move(*batch));
        throw;
    }
}

std::size_t WriteBehind::waiting() const
{
    const std::lock_guard lock(mutex_);
    return waiting_.keys.size() + waiting_.questions.size();
}

std::size_t WriteBehind::dropped() const
{
    const std::lock_guard lock(mutex_);
    return dropped_;
}

void WriteBehind::keep(Batch batch)
{
    const std::lock_guard lock(mutex_);
    std::swap(waiting_, batch);
    dropped_ += append(waiting_.keys, std::move(batch.keys));
    dropped_ += append(waiting_.questions, std::move(batch.questions));
}

} // namespace bot::storage
