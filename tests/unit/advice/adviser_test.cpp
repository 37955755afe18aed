#include "bot/advice/adviser.hpp"
#include "bot/net/http_client.hpp"
#include "bot/net/http_server.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/run_coro.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace bot;
namespace asio = boost::asio;
using nlohmann::json;

constexpr std::int64_t now_ms = 1'795'500'000'000;

/// A language model on loopback that says what it is told to say.
class FakeModel {
public:
    FakeModel()
    {
        net::ServerOptions options;
        options.listen = {"127.0.0.1:0"};
        server_ = std::make_unique<net::HttpServer>(
            std::vector<asio::io_context*>{&context}, options,
            [this](net::HttpRequest request) { return answer(std::move(request)); }, net::UpgradeHandler());
        server_->start();
    }

    advice::AdviserSettings settings() const
    {
        return {"http://127.0.0.1:" + std::to_string(server_->ports().front()) + "/v1", "small", "k-1",
                std::chrono::milliseconds(200)};
    }

    std::optional<std::size_t> ask(advice::Adviser& adviser, const std::string& question)
    {
        return testing_support::run_coro(context,
                                         adviser.choose(question, {"被拖欠工资怎么要", "加班费怎么算"}));
    }

    asio::io_context context{1};
    unsigned status = 200;
    std::string says = "2"; ///< the content of its message
    std::string body;       ///< instead of a well-made one
    bool never_answers = false;
    std::vector<net::HttpRequest> heard;

private:
    asio::awaitable<net::HttpResponse> answer(net::HttpRequest request)
    {
        heard.push_back(std::move(request));
        if (never_answers) {
            asio::steady_timer never(context, asio::steady_timer::time_point::max());
            co_await never.async_wait(net::as_values);
        }
        const json message{{"role", "assistant"}, {"content", says}};
        const json made{{"choices", json::array({json{{"index", 0}, {"message", message}}})}};
        co_return net::json_response(status, body.empty() ? made.dump() : body);
    }

    std::unique_ptr<net::HttpServer> server_;
};

struct House {
    FakeModel model;
    ManualClock clock{now_ms};
    net::HttpClient client;
    advice::Adviser adviser{client, clock, model.settings()};
};

struct Said {
    const char* name;
    unsigned status;
    const char* says;
    const char* body;
    std::optional<std::size_t> choice;
};

const Said said[] = {
    {"the_first", 200, "1", "", 0},
    {"the_second_with_blanks", 200, " 2\n", "", 1},
    {"none_of_them", 200, "0", "", std::nullopt},
    {"beyond_the_list", 200, "3", "", std::nullopt},
    {"a_sentence", 200, "我觉得是 2", "", std::nullopt},
    {"nothing", 200, "", "", std::nullopt},
    {"no_json", 200, "", "<html>", std::nullopt},
    {"no_choices", 200, "", R"({"choices":[]})", std::nullopt},
    {"content_is_a_list", 200, "", R"({"choices":[{"message":{"content":["2"]}}]})", std::nullopt},
    {"an_error", 500, "2", "", std::nullopt},
};

class Chooses : public testing::TestWithParam<Said> {};

TEST_P(Chooses, OnlyAmongWhatWasFound)
{
    House house;
    house.model.status = GetParam().status;
    house.model.says = GetParam().says;
    house.model.body = GetParam().body;
    EXPECT_EQ(house.model.ask(house.adviser, "老板不给钱"), GetParam().choice);
    EXPECT_EQ(house.model.heard.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, Chooses, testing::ValuesIn(said),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Adviser, TellsTheQuestionAndTheTitlesAndMasksNumbers)
{
    House house;
    house.model.ask(house.adviser, "老板不给钱，打 13800138000");
    ASSERT_EQ(house.model.heard.size(), 1U);
    const net::HttpRequest& request = house.model.heard.front();
    EXPECT_EQ(request.path, "/v1/chat/completions");
    EXPECT_EQ(net::header(request.headers, "authorization"), "Bearer k-1");
    EXPECT_EQ(json::parse(request.body)["model"], "small");
    EXPECT_NE(request.body.find("老板不给钱"), std::string::npos);
    EXPECT_NE(request.body.find("2. 加班费怎么算"), std::string::npos);
    EXPECT_EQ(request.body.find("13800138000"), std::string::npos);
}

TEST(Adviser, AsksTheSameOnlyOnce)
{
    House house;
    EXPECT_EQ(house.model.ask(house.adviser, "老板不给钱"), 1U);
    house.model.says = "1";
    EXPECT_EQ(house.model.ask(house.adviser, "老板不给钱"), 1U);
    EXPECT_EQ(house.model.heard.size(), 1U);
    EXPECT_EQ(house.model.ask(house.adviser, "又一个问题"), 0U);
}

TEST(Adviser, IsNotWaitedForBeyondItsBudgetAndRestsAfterThreeFailures)
{
    House house;
    house.model.never_answers = true;
    for (const char* question : {"一", "二", "三"})
        EXPECT_EQ(house.model.ask(house.adviser, question), std::nullopt);
    EXPECT_EQ(house.model.heard.size(), 3U);
    house.model.never_answers = false;
    EXPECT_EQ(house.model.ask(house.adviser, "四"), std::nullopt);
    EXPECT_EQ(house.model.heard.size(), 3U) << "it rests";
    house.clock.advance_ms(60'000);
    EXPECT_EQ(house.model.ask(house.adviser, "四"), 1U);
}

TEST(Adviser, WithoutAModelNothingIsChosen)
{
    House house;
    advice::AdviserSettings nobody = house.model.settings();
    nobody.url = "http://127.0.0.1:1/v1";
    advice::Adviser adviser(house.client, house.clock, nobody);
    EXPECT_EQ(house.model.ask(adviser, "老板不给钱"), std::nullopt);
}

} // namespace
