#include "bot/net/session.hpp"

#include "bot/net/web_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/version.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

namespace bot::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Parser = http::request_parser<http::string_body>;
using Response = http::response<http::string_body>;

std::string forwarded_or(const Headers& headers, const std::vector<std::string>& trusted,
                         const std::string& peer)
{
    if (std::find(trusted.begin(), trusted.end(), peer) == trusted.end())
        return peer;
    std::string_view chain = header(headers, "X-Forwarded-For");
    const std::size_t comma = chain.rfind(',');
    if (comma != std::string_view::npos)
        chain.remove_prefix(comma + 1);
    while (!chain.empty() && chain.front() == ' ')
        chain.remove_prefix(1);
    error_code ec;
    asio::ip::make_address(std::string(chain), ec);
    return ec ? peer : std::string(chain);
}

HttpRequest to_request(const http::request<http::string_body>& message)
{
    HttpRequest request;
    request.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = percent_decode(target.substr(0, mark), false);
    request.query = std::string(target.substr(std::min(mark + 1, target.size())));
    for (const auto& field : message)
        request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    return request;
}

Response to_response(HttpResponse& answer, unsigned version, bool keep_alive, bool head)
{
    Response response;
    response.version(version);
    response.result(answer.status);
    if (!answer.content_type.empty())
        response.set(http::field::content_type, answer.content_type);
    for (const auto& [name, value] : answer.headers)
        response.insert(name, value);
    response.keep_alive(keep_alive);
    const std::size_t size = answer.body.size();
    if (!head)
        response.body() = std::move(answer.body);
    if (answer.status == 204 || answer.status == 304 || answer.status < 200)
        response.body().clear();
    else
        response.content_length(size);
    return response;
}

/// The status with which to refuse a header that the parser let pass, or 0. RFC 9112, sections 3.2, 6.1, 6.3:
/// whoever is in doubt about where a request ends must not guess.
unsigned header_fault(const Parser& parser)
{
    const auto& message = parser.get();
    const bool coded = message.count(http::field::transfer_encoding) > 0;
    const std::size_t lengths = message.count(http::field::content_length);
    const auto length = message.find(http::field::content_length);
    if (length != message.end() &&
        length->value().find_first_not_of("0123456789") != beast::string_view::npos)
        return 400;
    if (lengths > 1 || (coded && (lengths > 0 || !parser.chunked())))
        return 400;
    const std::size_t hosts = message.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() >= 11))
        return 400;
    const auto expected = message.find(http::field::expect);
    const bool known = expected == message.end() || beast::iequals(expected->value(), "100-continue");
    return known ? 0 : 417;
}

/// One piece of a streamed body as it stands on the wire; empty: the end.
std::string frame(const std::string& piece, bool chunked)
{
    if (!chunked)
        return piece;
    return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

asio::awaitable<void> run_after(std::function<asio::awaitable<void>()> work)
{
    co_await work();
}

/// One connection: reads requests one after the other, answers each before reading the next (so pipelined
/// requests are answered in order).
template <class Stream>
class Session final : public SessionControl, public std::enable_shared_from_this<Session<Stream>> {
public:
    Session(Stream stream, std::shared_ptr<SessionShared> shared, std::string address)
        : stream_(std::move(stream)), executor_(stream_.get_executor()), shared_(std::move(shared)),
          address_(std::move(address))
    {
    }
    ~Session() override { shared_->remove(this); }

    void ask_to_stop() override
    {
        on_executor([](Session& self) {
            if (!self.busy_ || self.upgraded_)
                self.close();
        });
    }

    void cut() override
    {
        on_executor([](Session& self) { self.close(); });
    }

    asio::awaitable<void> run()
    {
        shared_->add(this); // not before: whoever asks it to stop needs its shared_ptr to exist
        if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
            lowest().expires_after(shared_->limits.header_timeout);
            auto [ec] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_values);
            if (ec)
                co_return;
        }
        bool go_on = true;
        while (go_on && !shared_->stopping)
            go_on = co_await serve_one();
        if (upgraded_)
            co_return;
        error_code ignored;
        lowest().socket().shutdown(tcp::socket::shutdown_both, ignored);
    }

private:
    void close()
    {
        if (socket_)
            socket_->drop();
        else if (!upgraded_)
            lowest().close();
    }

    beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

    template <class F> void on_executor(F act)
    {
        auto weak = this->weak_from_this();
        asio::post(executor_, [weak, act] {
            if (auto self = weak.lock())
                act(*self);
        });
    }

    /// One request and its answer. False: the connection ends.
    asio::awaitable<bool> serve_one()
    {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(shared_->limits.header_bytes));
        parser.body_limit(shared_->limits.body_bytes);
        busy_ = false;
        lowest().expires_after(first_ ? shared_->limits.header_timeout : shared_->limits.idle_timeout);
        first_ = false;
        auto [ec, n] = co_await http::async_read_header(stream_, buffer_, parser, as_values);
        busy_ = true;
        if (ec)
            co_return co_await refuse(ec);
        const unsigned fault = header_fault(parser);
        if (fault != 0)
            co_return co_await refuse(fault, "the header is ambiguous or asks what is not offered");
        const std::string_view target(parser.get().target().data(), parser.get().target().size());
        const std::size_t most =
            target.starts_with("/hooks/") ? shared_->limits.hook_body_bytes : shared_->limits.body_bytes;
        if (parser.content_length() && *parser.content_length() > most)
            co_return co_await refuse(make_error_code(http::error::body_limit));
        parser.body_limit(most);
        if (beast::websocket::is_upgrade(parser.get()))
            co_return co_await upgrade(parser);
        lowest().expires_after(shared_->limits.body_timeout);
        if (parser.get().count(http::field::expect) > 0 && !parser.is_done())
            co_await tell_to_continue();
        error_code body_ec = take_buffered(parser);
        if (!body_ec && !parser.is_done())
            std::tie(body_ec, n) = co_await http::async_read(stream_, buffer_, parser, as_values);
        if (body_ec)
            co_return co_await refuse(body_ec);
        co_return co_await answer(parser);
    }

    /// What came along with the header; most requests are whole with it and need no second turn of the loop.
    error_code take_buffered(Parser& parser)
    {
        error_code ec;
        parser.eager(true);
        while (!ec && !parser.is_done() && buffer_.size() > 0)
            buffer_.consume(parser.put(buffer_.data(), ec));
        return ec == http::error::need_more ? error_code() : ec;
    }

    /// RFC 9110, section 10.1.1: the peer holds its body back until it hears this.
    asio::awaitable<void> tell_to_continue()
    {
        http::response<http::empty_body> message(http::status::continue_, 11);
        http::response_serializer<http::empty_body> serializer(message);
        auto [ec, n] = co_await http::async_write_header(stream_, serializer, as_values);
        if (ec)
            lowest().close();
    }

    asio::awaitable<bool> answer(Parser& parser)
    {
        HttpRequest request = to_request(parser.get());
        request.body = std::move(parser.get().body());
        request.remote = forwarded_or(request.headers, shared_->trusted_proxies, address_);
        const bool head = parser.get().method() == http::verb::head;
        if (head)
            request.method = "GET";
        const bool keep_alive = parser.get().keep_alive() && !shared_->stopping;
        const unsigned version = parser.get().version();
        lowest().expires_never();
        HttpResponse response = co_await handle(std::move(request));
        if (response.stream && !head)
            co_return co_await write_stream(std::move(response), version);
        auto after = std::move(response.after);
        const bool sent = co_await write(response, version, keep_alive, head);
        if (after)
            spawn_after(std::move(after));
        const bool go_on = sent && keep_alive;
        co_return go_on;
    }

    asio::awaitable<HttpResponse> handle(HttpRequest request)
    {
        HttpResponse response;
        try {
            response = co_await shared_->on_request(std::move(request));
        } catch (const std::exception& error) {
            spdlog::error("event=handler_failed error=\"{}\"", error.what());
            response = problem(500, "出了点问题，已记下", "请稍后再试");
        }
        co_return response;
    }

    asio::awaitable<bool> write(HttpResponse& response, unsigned version, bool keep_alive, bool head)
    {
        Response message = to_response(response, version, keep_alive, head);
        http::response_serializer<http::string_body> serializer(message);
        if (head)
            serializer.split(true);
        lowest().expires_after(shared_->limits.write_timeout);
        if (head) {
            auto [ec, n] = co_await http::async_write_header(stream_, serializer, as_values);
            co_return !ec;
        }
        auto [ec, n] = co_await http::async_write(stream_, serializer, as_values);
        co_return !ec;
    }

    asio::awaitable<bool> write_stream(HttpResponse response, unsigned version)
    {
        http::response<http::empty_body> head;
        head.version(version);
        head.result(response.status);
        head.set(http::field::content_type, response.content_type);
        for (const auto& [name, value] : response.headers)
            head.insert(name, value);
        const bool chunked = version >= 11;
        head.chunked(chunked);
        head.keep_alive(false);
        http::response_serializer<http::empty_body> serializer(head);
        lowest().expires_after(shared_->limits.write_timeout);
        auto [ec, n] = co_await http::async_write_header(stream_, serializer, as_values);
        busy_ = false;
        while (!ec && !shared_->stopping) {
            const std::string piece = co_await response.stream();
            const std::string wire = frame(piece, chunked);
            lowest().expires_after(shared_->limits.write_timeout);
            auto [write_ec, m] = co_await asio::async_write(stream_, asio::buffer(wire), as_values);
            ec = write_ec;
            if (piece.empty())
                break;
        }
        co_return false;
    }

    asio::awaitable<bool> upgrade(Parser& parser)
    {
        HttpRequest request = to_request(parser.get());
        request.remote = forwarded_or(request.headers, shared_->trusted_proxies, address_);
        UpgradeDecision decision;
        if (shared_->on_upgrade)
            decision = co_await shared_->on_upgrade(std::move(request));
        else
            decision.refusal = problem(404, "没有这个地址", "");
        if (decision.refusal) {
            co_await write(*decision.refusal, parser.get().version(), false, false);
            co_return false;
        }
        lowest().expires_never();
        auto socket = std::make_shared<StreamSocket<Stream>>(
            std::move(stream_), shared_->limits.socket_message_bytes, beast::role_type::server);
        socket_ = socket;
        upgraded_ = true;
        const auto accepted = parser.release();
        const bool open = co_await socket->accept(accepted, decision.subprotocol);
        if (open)
            co_await decision.run(socket);
        socket->drop();
        socket_.reset();
        co_return false;
    }

    /// Says why when the peer can still hear it; the connection ends either way.
    asio::awaitable<bool> refuse(error_code ec)
    {
        unsigned status = 0;
        if (ec == http::error::body_limit)
            status = 413;
        else if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
            status = 431;
        else if (ec.category() == make_error_code(http::error::end_of_stream).category() &&
                 ec != http::error::end_of_stream && ec != http::error::partial_message)
            status = 400;
        if (status != 0)
            co_await refuse(status, ec.message());
        co_return false;
    }

    asio::awaitable<bool> refuse(unsigned status, std::string detail)
    {
        HttpResponse response = problem(status, "请求不合规矩", detail);
        const bool heard = co_await write(response, 11, false, false);
        if (heard)
            co_await drain();
        co_return false;
    }

    /// The peer may still be writing: to close now would reset the connection before it has read the answer.
    asio::awaitable<void> drain()
    {
        busy_ = false;
        error_code ec;
        lowest().socket().shutdown(tcp::socket::shutdown_send, ec);
        lowest().expires_after(shared_->limits.drain_timeout);
        std::vector<char> scrap(16 * 1024);
        for (std::size_t taken = 0; !ec && taken < shared_->limits.drain_bytes && !shared_->stopping;) {
            auto [read_ec, n] = co_await lowest().async_read_some(asio::buffer(scrap), as_values);
            ec = read_ec;
            taken += n;
        }
    }

    void spawn_after(std::function<asio::awaitable<void>()> work)
    {
        shared_->begin_after();
        auto done = [shared = shared_](std::exception_ptr error) {
            shared->end_after();
            log_escaped(error);
        };
        asio::co_spawn(executor_, run_after(std::move(work)), std::move(done));
    }

    Stream stream_;
    const asio::any_io_executor executor_;
    std::shared_ptr<SessionShared> shared_;
    const std::string address_;
    beast::flat_buffer buffer_;
    std::shared_ptr<StreamSocket<Stream>> socket_;
    bool busy_ = false;
    bool upgraded_ = false;
    bool first_ = true;
};

} // namespace

bool SessionShared::enter(const std::string& address)
{
    const std::lock_guard lock(mutex_);
    if (connections_ >= limits.connections || by_address_[address] >= limits.connections_per_ip)
        return false;
    ++connections_;
    ++by_address_[address];
    return true;
}

void SessionShared::leave(const std::string& address)
{
    const std::lock_guard lock(mutex_);
    --connections_;
    if (--by_address_[address] == 0)
        by_address_.erase(address);
}

void SessionShared::add(SessionControl* session)
{
    const std::lock_guard lock(mutex_);
    sessions_.insert(session);
}

void SessionShared::remove(SessionControl* session)
{
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
}

std::size_t SessionShared::connections() const
{
    const std::lock_guard lock(mutex_);
    return connections_;
}

void log_escaped(std::exception_ptr error)
{
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        spdlog::error("event=task_failed error=\"{}\"", what.what());
    }
}

asio::awaitable<void> run_plain_session(tcp::socket socket, std::shared_ptr<SessionShared> shared,
                                        std::string address)
{
    beast::tcp_stream stream(std::move(socket));
    auto session = std::make_shared<Session<beast::tcp_stream>>(std::move(stream), std::move(shared),
                                                                std::move(address));
    co_await session->run();
}

asio::awaitable<void> run_tls_session(tcp::socket socket, asio::ssl::context& tls,
                                      std::shared_ptr<SessionShared> shared, std::string address)
{
    using TlsStream = beast::ssl_stream<beast::tcp_stream>;
    beast::tcp_stream plain(std::move(socket));
    TlsStream stream(std::move(plain), tls);
    auto session =
        std::make_shared<Session<TlsStream>>(std::move(stream), std::move(shared), std::move(address));
    co_await session->run();
}

} // namespace bot::net
