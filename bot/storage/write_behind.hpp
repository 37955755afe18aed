#pragma once
#include "bot/core/clock.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/questions_store.hpp"
#include "bot/storage/records_store.hpp"

#include <cstddef>
#include <mutex>
#include <vector>

namespace bot::storage {

/// What the answering side wants kept without waiting for a disk: questions without an answer and the keys of
/// events seen. Bounded; what does not fit is counted, not kept. Thread-safe, `flush` from one task only.
class WriteBehind {
public:
    WriteBehind(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    /// `at_ms` of the row is set here.
    void add(AskedQuestion row);
    void add(std::vector<SeenRow> keys);
    /// Writes everything in one transaction and forgets keys older than `remember_ms`. When the store
    /// refuses, nothing is lost: the rows stay for the next flush, and the store's error is thrown.
    boost::asio::awaitable<void> flush(std::int64_t remember_ms);
    std::size_t waiting() const;
    std::size_t dropped() const;

private:
    struct Batch {
        std::vector<SeenRow> keys;
        std::vector<AskedQuestion> questions;
    };

    void keep(Batch batch);

    Database& database_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    Batch waiting_;
    std::size_t dropped_ = 0;
};

} // namespace bot::storage
