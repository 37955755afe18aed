#pragma once
#include "bot/doors/onebot11/send.hpp"
#include "bot/doors/onebot11/sign.hpp"
#include "bot/net/http.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace bot::doors::onebot11 {

namespace asio = boost::asio;

/// What came back for one call.
struct Answer {
    Transport transport = Transport::lost;
    unsigned status = 0;
    std::string body;
};

/// One reverse WebSocket: calls leave with an `echo`, answers find their caller by it. Everything but `call`
/// runs on the socket's executor.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(std::shared_ptr<net::WebSocket> socket, Role role) : socket_(std::move(socket)), role_(role) {}

    Role role() const { return role_; }
    net::WebSocket& socket() { return *socket_; }

    /// May be awaited from any executor; resumes there. `lost` when the answer does not come within `timeout`
    /// or the connection ends meanwhile; `refused` when the frame did not leave.
    asio::awaitable<Answer> call(Call call, std::chrono::milliseconds timeout);

    /// Gives an answer frame to its caller; false when nobody waits for that echo.
    bool deliver(const std::string& echo, std::string body);
    /// Ends every waiting call as `lost`.
    void fail_all();
    /// Forgets every waiting call without resuming its caller, whose coroutine is destroyed. For the end,
    /// when no loop runs any more: a caller holds the link that holds the caller.
    void abandon();
    /// Starts over the time after which a silent peer is taken for dead.
    void expect_sign_within(std::chrono::milliseconds limit);
    /// Closes with 1000 because a newer connection took over. From any thread.
    void retire();

private:
    using Done = std::function<void(Answer)>;
    struct Waiting {
        Done done;
        std::unique_ptr<asio::steady_timer> deadline;
    };

    void start(const Call& call, std::chrono::milliseconds timeout, Done done);
    void finish(const std::string& echo, Answer answer);
    static asio::awaitable<void> write(std::shared_ptr<Link> self, std::string echo, std::string text);
    static asio::awaitable<void> close(std::shared_ptr<Link> self, unsigned code, std::string reason);

    std::shared_ptr<net::WebSocket> socket_;
    const Role role_;
    std::map<std::string, Waiting> waiting_;
    std::unique_ptr<asio::steady_timer> liveness_;
    std::uint64_t next_echo_ = 0;
};

} // namespace bot::doors::onebot11
