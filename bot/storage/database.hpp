#pragma once
#include "bot/net/blocking.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <type_traits>

namespace soci {
class session;
}

namespace bot::storage {

/// The store: one writer connection and one reader, each on a thread of its own, so that nothing blocks the
/// network. SQLite in WAL mode with synchronous=FULL: what a write returned from survives power loss. Throws
/// soci::soci_error for a broken store; a failed write leaves nothing behind.
class Database {
public:
    /// `sqlite:PATH`; makes the directory, opens, migrates. Throws std::runtime_error with a clear message.
    explicit Database(const std::string& url);
    ~Database();

    /// `work(soci::session&)` in one transaction on the writer thread; its result must be
    /// default-constructible.
    template <class F> boost::asio::awaitable<std::invoke_result_t<F&, soci::session&>> write(F work)
    {
        return net::run_blocking(
            writer_pool_, [this, work = std::move(work)]() mutable { return write_now(work); });
    }
    template <class F> boost::asio::awaitable<std::invoke_result_t<F&, soci::session&>> read(F work)
    {
        return net::run_blocking(
            reader_pool_, [this, work = std::move(work)]() mutable { return read_now(work); });
    }

    /// The same on the caller's thread: for the command line and for starting up.
    template <class F> auto write_now(F&& work)
    {
        const std::lock_guard lock(writer_mutex_);
        Transaction transaction(*writer_);
        auto result = work(*writer_);
        transaction.commit();
        return result;
    }
    template <class F> auto read_now(F&& work)
    {
        const std::lock_guard lock(reader_mutex_);
        return work(*reader_);
    }

    /// Waits until both threads are done with everything they were given before, to the last instruction: who
    /// awaited it may then be destroyed. Not from one of the two.
    void drain();

private:
    /// BEGIN IMMEDIATE … COMMIT; rolls back unless committed.
    class Transaction {
    public:
        explicit Transaction(soci::session& session);
        ~Transaction();
        void commit();

    private:
        soci::session& session_;
        bool open_ = true;
    };

    void migrate();

    std::unique_ptr<soci::session> writer_, reader_;
    std::mutex writer_mutex_, reader_mutex_;
    boost::asio::thread_pool writer_pool_{1}, reader_pool_{1};
};

} // namespace bot::storage
