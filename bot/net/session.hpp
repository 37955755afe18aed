#pragma once
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

namespace boost::asio::ssl {
class context;
}

/// Inside of the server: one connection. Included by this room only.
namespace bot::net {

/// How the server reaches a session from another thread; both calls post to the session's executor.
class SessionControl {
public:
    virtual ~SessionControl() = default;
    virtual void ask_to_stop() = 0; ///< idle: close; busy: finish the response, then close
    virtual void cut() = 0;         ///< close now
};

/// What all sessions of a server share. Thread-safe.
class SessionShared {
public:
    ServerLimits limits;
    std::vector<std::string> trusted_proxies;
    RequestHandler on_request;
    UpgradeHandler on_upgrade;
    std::atomic<bool> stopping{false};

    bool enter(const std::string& address);
    void leave(const std::string& address);
    void add(SessionControl* session);
    void remove(SessionControl* session);
    void begin_after() { ++after_; }
    void end_after() { --after_; }
    std::size_t connections() const;
    std::size_t active() const { return connections() + after_.load(); } ///< connections and `after` work
    template <class F> void for_each(F visit)
    {
        const std::lock_guard lock(mutex_);
        for (SessionControl* session : sessions_)
            visit(*session);
    }

private:
    mutable std::mutex mutex_;
    std::set<SessionControl*> sessions_;
    std::map<std::string, std::size_t> by_address_;
    std::size_t connections_ = 0;
    std::atomic<std::size_t> after_{0};
};

void log_escaped(std::exception_ptr error);

asio::awaitable<void> run_plain_session(asio::ip::tcp::socket socket, std::shared_ptr<SessionShared> shared,
                                        std::string address);
asio::awaitable<void> run_tls_session(asio::ip::tcp::socket socket, asio::ssl::context& tls,
                                      std::shared_ptr<SessionShared> shared, std::string address);

} // namespace bot::net
