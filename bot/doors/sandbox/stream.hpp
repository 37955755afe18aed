#pragma once
#include "bot/doors/sandbox/chat_log.hpp"
#include "bot/net/http.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bot::doors::sandbox {

namespace asio = boost::asio;

/// Open pages that follow a chat log over server-sent events. Each event's id is the line's number, so a page
/// that was away resumes with `Last-Event-ID`. Thread-safe; `log` and what the functions hold must outlive
/// every stream.
class Streams {
public:
    using Write = std::function<std::string(const Line&)>; ///< a line as one line of JSON
    using Head = std::function<std::string()>; ///< what a page must know first, and again when it changes

    Streams(const ChatLog& log, Write write, Head head);

    /// A response that goes on with what is newer than `after`.
    net::HttpResponse open(std::int64_t after);
    /// Something changed.
    void wake();

private:
    struct Reader;
    asio::awaitable<std::string> next_piece(std::shared_ptr<Reader> reader);

    const ChatLog& log_;
    const Write write_;
    const Head head_;
    std::mutex mutex_;
    std::vector<std::weak_ptr<Reader>> readers_;
};

} // namespace bot::doors::sandbox
