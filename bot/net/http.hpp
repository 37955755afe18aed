#pragma once
#include "bot/core/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP in our own words: Beast stays in the .cpp files of this room.
namespace bot::net {

namespace asio = boost::asio;

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Value of the first header of that name (compared without case), or empty.
std::string_view header(const Headers& headers, std::string_view name);
bool has_header(const Headers& headers, std::string_view name);

struct HttpRequest {
    std::string method; ///< upper case
    std::string path;   ///< percent-decoded, without the query
    std::string query;  ///< raw, without '?'
    Headers headers;
    std::string body;   ///< raw bytes
    std::string remote; ///< the peer's address, or the forwarded one when the peer is a trusted proxy
};

/// %XX decoded; bytes that are no valid escape stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_blank);

/// Percent-decoded value of a query or form field, or nothing.
std::optional<std::string> form_value(std::string_view encoded, std::string_view name);

/// A body that is written piece by piece (server-sent events): `next` gives the next piece, empty = end.
/// It is awaited on the session's executor and is cancelled when the peer leaves or the server stops.
using BodyStream = std::function<asio::awaitable<std::string>()>;

struct HttpResponse {
    unsigned status = 200;
    std::string content_type; ///< empty: no header
    std::string body;
    Headers headers;   ///< further ones
    BodyStream stream; ///< instead of `body`
    /// Work that may go on after the response was written, owned by the session's task group.
    std::function<asio::awaitable<void>()> after;
};

HttpResponse json_response(unsigned status, std::string body);
HttpResponse html_response(unsigned status, std::string body);
HttpResponse text_response(unsigned status, std::string body);
/// RFC 9457 body: `{"type":"about:blank","title","status","detail"}`.
HttpResponse problem(unsigned status, std::string_view title, std::string_view detail);

/// One WebSocket connection, either side. Used from one executor only: its own.
class WebSocket {
public:
    virtual ~WebSocket() = default;
    virtual asio::any_io_executor executor() = 0;
    /// The next whole text or binary message; an error when the peer closed or vanished.
    virtual asio::awaitable<Result<std::string>> receive() = 0;
    /// Writes one text message. Callers may overlap: messages are queued in order (bounded; too_large when
    /// full).
    virtual asio::awaitable<Result<void>> send(std::string text) = 0;
    /// Starts a close with `code` and makes a pending `receive` end.
    virtual asio::awaitable<void> close(unsigned code, std::string reason) = 0;
    /// With what the peer closed; 0 while it is open, or when it vanished.
    virtual unsigned close_code() const { return 0; }
    /// Ends the connection at once, without a word.
    virtual void drop() = 0;
};

/// The answer to an upgrade request: a refusal, or the coroutine that owns the connection.
struct UpgradeDecision {
    std::optional<HttpResponse> refusal;
    std::string subprotocol; ///< of those that the peer offered; empty: none is named
    std::function<asio::awaitable<void>(std::shared_ptr<WebSocket>)> run;
};

using RequestHandler = std::function<asio::awaitable<HttpResponse>(HttpRequest)>;
using UpgradeHandler = std::function<asio::awaitable<UpgradeDecision>(HttpRequest)>;

} // namespace bot::net
