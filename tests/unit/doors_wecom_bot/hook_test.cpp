#include "bot/doors/tencent/fields.hpp"
#include "bot/doors/wecom_bot/door.hpp"
#include "bot/net/tokens.hpp"
#include "tests/support/fake_platform.hpp"
#include "tests/support/run_coro.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>

namespace {

using namespace bot;
using namespace bot::doors;
using namespace bot::doors::wecom_bot;
using nlohmann::json;

constexpr auto aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// A bot on callbacks, its platform, and a house that answers when it likes.
struct Stage {
    Stage()
        : platform(context,
                   [](const net::HttpRequest&) { return std::string(R"({"errcode":0,"errmsg":"ok"})"); }),
          door(settings(), client, clock, [this](Event event) { return hear(std::move(event)); })
    {
    }

    Settings settings() const
    {
        Settings settings;
        settings.id = "bot";
        settings.api = platform.url();
        settings.bot_id = "AIB1";
        settings.credentials = tencent::Credentials{"tok", *tencent::MessageKey::parse(aes_key), ""};
        settings.first_piece_within = std::chrono::milliseconds(30);
        settings.next_piece_within = std::chrono::milliseconds(10);
        return settings;
    }

    asio::awaitable<std::optional<Reply>> hear(Event event)
    {
        heard.push_back(event);
        if (think_for.count() > 0) {
            asio::steady_timer timer(context, think_for);
            co_await timer.async_wait(net::as_values);
        }
        std::optional<Reply> reply;
        if (!says.empty()) {
            reply.emplace();
            reply->text = says;
        }
        co_return reply;
    }

    json question(const std::string& id) const
    {
        return {{"msgid", id},
                {"aibotid", "AIB1"},
                {"chatid", "wr1"},
                {"chattype", "group"},
                {"from", {{"userid", "zhangsan"}}},
                {"response_url", platform.url() + "/cgi-bin/aibot/response?response_code=RC1"},
                {"msgtype", "text"},
                {"text", {{"content", "@工会小助手 怎么入会"}}}};
    }
    static json poll(const std::string& stream)
    {
        return {{"msgid", "p" + stream},
                {"aibotid", "AIB1"},
                {"msgtype", "stream"},
                {"from", {{"userid", "zhangsan"}}},
                {"stream", {{"id", stream}}}};
    }

    net::HttpRequest post(const json& payload, const std::string& receiver = "") const
    {
        const std::string sealed = tencent::encrypt(*tencent::MessageKey::parse(aes_key), payload.dump(),
                                                    receiver, "0123456789abcdef");
        net::HttpRequest request;
        request.method = "POST";
        request.query = "timestamp=1763800000&nonce=n1&msg_signature=" +
                        tencent::sha1_sorted({"tok", "1763800000", "n1", sealed});
        request.body = json{{"encrypt", sealed}}.dump();
        return request;
    }

    /// What the answer says once it is opened; null for an empty one.
    json tell(const json& payload)
    {
        const auto response = testing_support::run_coro(context, door.receive(post(payload)));
        EXPECT_EQ(response.status, 200U);
        if (response.body.empty())
            return nullptr;
        const json sealed = json::parse(response.body);
        EXPECT_EQ(sealed["nonce"], "n1");
        const auto plain = tencent::decrypt_for(*tencent::MessageKey::parse(aes_key),
                                                sealed["encrypt"].get<std::string>(), "");
        return plain ? json::parse(*plain) : json();
    }

    void let_pass(std::chrono::milliseconds span)
    {
        context.restart();
        context.run_for(span);
    }

    asio::io_context context{1};
    ManualClock clock{1'763'800'000'000};
    net::HttpClient client;
    std::vector<Event> heard;
    std::string says = "入会不收费";
    std::chrono::milliseconds think_for{0};
    testing_support::FakePlatform platform;
    WecomBotDoor door;
};

TEST(WecomBotHook, AnswersAtOnceWithAFinishedStream)
{
    Stage stage;
    const json answer = stage.tell(stage.question("M1"));
    EXPECT_EQ(answer["msgtype"], "stream");
    EXPECT_EQ(answer["stream"]["finish"], true);
    EXPECT_EQ(answer["stream"]["content"], "入会不收费");
    EXPECT_EQ(stage.heard.at(0).text, "怎么入会");
    EXPECT_EQ(stage.heard.at(0).chat.id, "wr1");
    EXPECT_TRUE(stage.platform.asked().empty());
}

TEST(WecomBotHook, AStreamGoesOnUntilTheAnswerIsThere)
{
    Stage stage;
    stage.think_for = std::chrono::milliseconds(60);
    const json first = stage.tell(stage.question("M1"));
    EXPECT_EQ(first["stream"]["finish"], false);
    const std::string stream = first["stream"]["id"];
    json piece = stage.tell(Stage::poll(stream));
    for (int i = 0; i < 20 && piece["stream"]["finish"] == false; ++i)
        piece = stage.tell(Stage::poll(stream));
    EXPECT_EQ(piece["stream"]["finish"], true);
    EXPECT_EQ(piece["stream"]["content"], "入会不收费");
    EXPECT_EQ(piece["stream"]["id"], stream);
    stage.let_pass(std::chrono::milliseconds(200));
    EXPECT_TRUE(stage.platform.asked().empty()); // shown once, not twice
    EXPECT_EQ(stage.heard.size(), 1U);
}

TEST(WecomBotHook, IsFinishedBeforeThePlatformGivesUpAndAnswersOnceLater)
{
    Stage stage;
    stage.think_for = std::chrono::milliseconds(80);
    const json first = stage.tell(stage.question("M1"));
    stage.clock.advance_ms(330'000);
    const json last = stage.tell(Stage::poll(first["stream"]["id"]));
    EXPECT_EQ(last["stream"]["finish"], true);
    EXPECT_NE(last["stream"]["content"], "入会不收费");
    stage.let_pass(std::chrono::milliseconds(400));
    ASSERT_EQ(stage.platform.asked().size(), 1U);
    EXPECT_EQ(stage.platform.asked()[0].query, "response_code=RC1");
    EXPECT_EQ(json::parse(stage.platform.asked()[0].body)["markdown"]["content"], "入会不收费");
    Outgoing again;
    again.chat = Chat{ChatType::group, "wr1"};
    again.text = "再说一次";
    again.reply_to = "M1";
    EXPECT_EQ(testing_support::run_coro(stage.context, stage.door.send(again)).action,
              SendAction::window_closed);
}

TEST(WecomBotHook, AStreamThatNobodyKnowsIsFinished)
{
    Stage stage;
    EXPECT_EQ(stage.tell(Stage::poll("s-unknown"))["stream"]["finish"], true);
}

TEST(WecomBotHook, ARedeliveryIsHandledOnce)
{
    Stage stage;
    const json first = stage.tell(stage.question("M1"));
    EXPECT_EQ(stage.tell(stage.question("M1")), first);
    EXPECT_EQ(stage.heard.size(), 1U);
}

TEST(WecomBotHook, WelcomesWhoComesIn)
{
    Stage stage;
    const json welcome = stage.tell({{"msgid", "E1"},
                                     {"aibotid", "AIB1"},
                                     {"from", {{"userid", "lisi"}}},
                                     {"chattype", "single"},
                                     {"msgtype", "event"},
                                     {"event", {{"eventtype", "enter_chat"}}}});
    EXPECT_EQ(welcome["msgtype"], "text");
    EXPECT_EQ(welcome["text"]["content"], "入会不收费");
}

TEST(WecomBotHook, SilenceIsAnEmptyAnswer)
{
    Stage stage;
    stage.says.clear();
    EXPECT_TRUE(stage.tell(stage.question("M1")).is_null());
    json feedback = stage.question("M2");
    feedback["msgtype"] = "event";
    feedback["event"] = {{"eventtype", "feedback_event"}};
    EXPECT_TRUE(stage.tell(feedback).is_null());
}

TEST(WecomBotHook, AForeignReplyAddressIsNotCalled)
{
    Stage stage;
    json question = stage.question("M1");
    question["response_url"] = "http://169.254.169.254/latest";
    stage.tell(question);
    Outgoing late;
    late.chat = Chat{ChatType::group, "wr1"};
    late.text = "补充";
    late.reply_to = "M1";
    EXPECT_EQ(testing_support::run_coro(stage.context, stage.door.send(late)).action,
              SendAction::window_closed);
}

TEST(WecomBotHook, AnotherBotIsRefused)
{
    Stage stage;
    json question = stage.question("M1");
    question["aibotid"] = "AIB2";
    EXPECT_EQ(testing_support::run_coro(stage.context, stage.door.receive(stage.post(question))).status,
              403U);
    EXPECT_EQ(
        testing_support::run_coro(stage.context, stage.door.receive(stage.post(stage.question("M1"), "ww1")))
            .status,
        403U);
    EXPECT_TRUE(stage.heard.empty());
}

TEST(WecomBotHook, TenThousandForgeriesActOnNothing)
{
    Stage stage;
    std::mt19937 random(7);
    const net::HttpRequest good = stage.post(stage.question("M1"));
    int refused = 0;
    const auto attack = [&]() -> asio::awaitable<void> {
        for (int round = 0; round < 10'000; ++round) {
            net::HttpRequest request = good;
            const std::size_t at = random() % request.body.size();
            if (round % 4 == 0)
                request.body[at] =
                    static_cast<char>(request.body[at] ^ static_cast<char>(1 + random() % 127));
            else if (round % 4 == 1)
                request.query[random() % request.query.size()] ^= 1;
            else if (round % 4 == 2)
                request.body.erase(at, 1 + random() % 20);
            else
                request.body = stage.question(std::to_string(round)).dump();
            const auto response = co_await stage.door.receive(std::move(request));
            refused += response.status == 403 || response.status == 400 ? 1 : 0;
        }
    };
    testing_support::run_coro(stage.context, attack());
    EXPECT_GT(refused, 9'500);
    EXPECT_LE(stage.heard.size(), 1U);
}

} // namespace
