#include "bot/doors/onebot11/door.hpp"
#include "bot/net/http_server.hpp"
#include "tests/unit/net/raw_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace {

using namespace bot;
namespace asio = boost::asio;

struct Vector {
    const char* name;
    std::string body;
    std::string status;
};

const Vector vectors[] = {
    {"heartbeat", R"({"self_id":1,"post_type":"meta_event","meta_event_type":"heartbeat"})", "204"},
    {"not_utf8", "{\"self_id\":1,\"post_type\":\"meta_event\",\"x\":\"\xff\xfe\"}", "400"},
    {"overlong_utf8", "{\"self_id\":1,\"post_type\":\"meta_event\",\"x\":\"\xc0\xaf\"}", "400"},
    {"half_a_surrogate", "{\"self_id\":1,\"post_type\":\"meta_event\",\"x\":\"\xed\xa0\x80\"}", "400"},
    {"no_json", "hello", "400"},
    {"too_deep", std::string(1000, '['), "400"},
    {"empty", "", "400"},
};

class OneBot11Hook : public testing::TestWithParam<Vector> {
protected:
    OneBot11Hook()
    {
        server_.start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~OneBot11Hook() override
    {
        guard_.reset();
        context_.stop();
        thread_.join();
    }

    std::string post(const std::string& body)
    {
        testing_support::RawClient client(server_.ports().front());
        client.write("POST /hooks/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + body);
        return client.read_all();
    }

private:
    static asio::awaitable<std::optional<Reply>> say_nothing(Event) { co_return std::nullopt; }
    static doors::onebot11::Settings settings()
    {
        doors::onebot11::Settings settings;
        settings.id = "a";
        return settings;
    }
    static net::ServerOptions options()
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        return options;
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
    SystemClock clock_;
    net::HttpClient client_;
    doors::onebot11::OneBot11Door door_{settings(), client_, clock_, say_nothing};
    net::HttpServer server_{{&context_},
                            options(),
                            [this](net::HttpRequest request) { return door_.receive(std::move(request)); },
                            [this](net::HttpRequest request) { return door_.upgrade(std::move(request)); }};
    std::thread thread_;
};

TEST_P(OneBot11Hook, AnswersWithTheStatus)
{
    const std::string answer = post(GetParam().body);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + GetParam().status + " ")) << answer;
}

INSTANTIATE_TEST_SUITE_P(All, OneBot11Hook, testing::ValuesIn(vectors),
                         [](const auto& one) { return std::string(one.param.name); });

} // namespace
