#pragma once
#include "bot/net/http.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace bot::net {

/// What became of a call over a socket.
struct LinkAnswer {
    enum class Arrival {
        answered,
        refused, ///< the frame did not leave
        lost,    ///< it may have arrived
    };
    Arrival arrival = Arrival::lost;
    std::string body;
};

/// One WebSocket on which calls leave with an `echo` and answers find their caller by it. Everything but
/// `call` runs on the socket's executor.
class EchoLink : public std::enable_shared_from_this<EchoLink> {
public:
    using Frame = std::function<std::string(const std::string& echo)>; ///< the text of a call

    explicit EchoLink(std::shared_ptr<WebSocket> socket) : socket_(std::move(socket)) {}
    virtual ~EchoLink() = default;

    WebSocket& socket() { return *socket_; }

    /// May be awaited from any executor; resumes there. `lost` when the answer does not come within `timeout`
    /// or the connection ends meanwhile.
    asio::awaitable<LinkAnswer> call(Frame frame, std::chrono::milliseconds timeout);

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
    using Done = std::function<void(LinkAnswer)>;
    struct Waiting {
        Done done;
        std::unique_ptr<asio::steady_timer> deadline;
    };

    void start(const Frame& frame, std::chrono::milliseconds timeout, Done done);
    void finish(const std::string& echo, LinkAnswer answer);
    static asio::awaitable<void> write(std::shared_ptr<EchoLink> self, std::string echo, std::string text);
    static asio::awaitable<void> close(std::shared_ptr<EchoLink> self, unsigned code, std::string reason);

    std::shared_ptr<WebSocket> socket_;
    std::map<std::string, Waiting> waiting_;
    std::unique_ptr<asio::steady_timer> liveness_;
    std::uint64_t next_echo_ = 0;
};

} // namespace bot::net
