#include "tests/bench/messages.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

/// Sends signed reports over kept-alive connections, each as soon as the one before it is answered, and
/// prints how fast they were answered as one JSON object. All requests are made beforehand.
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

struct Options {
    std::uint16_t port = 0;
    std::string path = "/hooks/qq", secret, questions = "tests/bench/questions.txt";
    std::size_t connections = 64, requests = 20'000;
    std::int64_t first = 1;
    int seconds = 30;
    bool always_answered = false, new_texts = false;
};

struct Request {
    std::string bytes;
    bool wants_answer = true;
};

std::vector<Request> make_requests(const Options& options)
{
    const auto messages = bench::read_messages(options.questions);
    const std::int64_t now = std::time(nullptr);
    std::vector<Request> requests;
    requests.reserve(options.requests);
    for (std::size_t i = 0; i < options.requests; ++i) {
        const std::int64_t number = options.first + static_cast<std::int64_t>(i);
        bench::Message message = messages[i % messages.size()];
        if (options.new_texts)
            message.text += " " + std::to_string(number);
        const std::string body = bench::report_body(message, number, now);
        requests.push_back(
            {"POST " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
                 "\r\nContent-Type: application/json\r\nUser-Agent: bench/1\r\nX-Self-ID: 10001\r\n" +
                 "X-Signature: " + bench::signature(options.secret, body) +
                 "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
             message.wants_answer || options.always_answered});
    }
    return requests;
}

/// One response in `bytes`: its end, or 0 while it is not whole.
struct Seen {
    std::size_t end = 0;
    int status = 0;
    std::string_view body;
};

Seen look_at(std::string_view bytes)
{
    Seen seen;
    constexpr std::string_view length_name = "Content-Length: ";
    const std::size_t head = bytes.find("\r\n\r\n");
    if (head == std::string_view::npos || head < 12)
        return seen;
    std::size_t length = 0;
    if (const std::size_t at = bytes.substr(0, head).find(length_name); at != std::string_view::npos)
        std::from_chars(bytes.data() + at + length_name.size(), bytes.data() + head, length);
    if (bytes.size() < head + 4 + length)
        return seen;
    std::from_chars(bytes.data() + 9, bytes.data() + 12, seen.status);
    seen.end = head + 4 + length;
    seen.body = bytes.substr(head + 4, length);
    return seen;
}

bool is_right(const Request& request, const Seen& seen)
{
    return request.wants_answer
               ? seen.status == 200 && seen.body.find("\"reply\":\"") != std::string_view::npos
               : seen.status == 204;
}

class Load {
public:
    explicit Load(const Options& options) : options_(options), requests_(make_requests(options)) {}

    nlohmann::json run()
    {
        const SteadyTime start = std::chrono::steady_clock::now();
        give_up_ = start + std::chrono::seconds(options_.seconds);
        for (std::size_t i = 0; i < options_.connections; ++i)
            asio::co_spawn(loop_, drive(), asio::detached);
        loop_.run();
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        std::sort(times_us_.begin(), times_us_.end());
        return {{"requests", times_us_.size()},
                {"per_second", static_cast<double>(times_us_.size()) / seconds},
                {"p50_us", share(0.50)},
                {"p99_us", share(0.99)},
                {"errors", errors_},
                {"wrong", wrong_}};
    }

private:
    asio::awaitable<void> drive()
    {
        tcp::socket socket(loop_);
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options_.port);
        auto [connect_error] = co_await socket.async_connect(endpoint, as_values);
        if (connect_error) {
            ++errors_;
            co_return;
        }
        socket.set_option(tcp::no_delay(true));
        std::vector<char> buffer(64U * 1024U);
        while (next_ < requests_.size()) {
            const Request& request = requests_[next_++];
            const SteadyTime start = std::chrono::steady_clock::now();
            if (start > give_up_)
                co_return;
            auto [write_error, written] =
                co_await asio::async_write(socket, asio::buffer(request.bytes), as_values);
            Seen seen;
            std::size_t filled = 0;
            while (!write_error && seen.end == 0) {
                auto [ec, n] = co_await socket.async_read_some(
                    asio::buffer(buffer.data() + filled, buffer.size() - filled), as_values);
                if (ec)
                    break;
                filled += n;
                seen = look_at({buffer.data(), filled});
            }
            if (seen.end == 0) {
                ++errors_;
                co_return;
            }
            times_us_.push_back(
                std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
            if (!is_right(request, seen))
                ++wrong_;
        }
    }

    double share(double of) const
    {
        if (times_us_.empty())
            return 0;
        return times_us_[static_cast<std::size_t>(of * static_cast<double>(times_us_.size() - 1))];
    }

    const Options& options_;
    const std::vector<Request> requests_;
    asio::io_context loop_{1};
    SteadyTime give_up_;
    std::size_t next_ = 0, errors_ = 0, wrong_ = 0;
    std::vector<double> times_us_;
};

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("Load for the webhook of a OneBot 11 account");
    app.add_option("--port", options.port)->required();
    app.add_option("--path", options.path);
    app.add_option("--secret", options.secret);
    app.add_option("--questions", options.questions);
    app.add_option("--connections", options.connections);
    app.add_option("--requests", options.requests);
    app.add_option("--first", options.first,
                   "number of the first message; distinct messages need distinct numbers");
    app.add_option("--seconds", options.seconds, "at most");
    app.add_flag("--new-texts", options.new_texts, "no text comes twice");
    app.add_flag("--always-answered", options.always_answered, "the server answers every message");
    CLI11_PARSE(app, argc, argv);
    std::cout << Load(options).run().dump() << std::endl;
}
