#include "bot/doors/tencent/split.hpp"
#include "bot/doors/wecom_robot/door.hpp"
#include "bot/doors/wecom_robot/send.hpp"
#include "tests/support/cases.hpp"
#include "tests/support/fake_platform.hpp"
#include "tests/support/run_coro.hpp"

namespace {

using namespace bot;
using namespace bot::doors::wecom_robot;
using testing_support::CaseChecks;
using testing_support::json;

std::string bytes_of(const std::string& hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string repeated(const json& in)
{
    if (in.contains("text"))
        return in["text"];
    std::string text;
    for (int i = in["times"]; i > 0; --i)
        text += in["repeat"].get<std::string>();
    return text + in["tail"].get<std::string>();
}

const CaseChecks checks{
    {"wecom-robot/api-request",
     [](const json& in, const json& out) {
         EXPECT_EQ(json(send_path(in["key"].get<std::string>())), out["path"]);
         EXPECT_EQ(json::parse(text_message(in["text"], in["mention"])), out["json"]);
     }},
    {"wecom/robot-image",
     [](const json& in, const json& out) {
         EXPECT_EQ(json::parse(image_message(bytes_of(in["bytes_hex"])))["image"], out);
     }},
    {"wecom/byte-limit",
     [](const json& in, const json& out) {
         const std::string text = repeated(in);
         EXPECT_EQ(text.size(), out["bytes"].get<std::size_t>());
         const auto parts = doors::tencent::split_bytes(text, in["limit_bytes"].get<std::size_t>());
         EXPECT_EQ(parts.size() == 1, out["fits"].get<bool>());
     }},
};

TEST(WecomRobotCases, AllPass)
{
    testing_support::run_cases("tencent.json", checks);
}

TEST(WecomRobotCases, SharedVectorsPass)
{
    testing_support::run_shared_vectors(checks);
}

TEST(WecomRobotSend, PutsPicturesAndCardsBehindTheText)
{
    Outgoing message;
    message.chat.id = "K";
    message.text = "明天体检";
    message.picture = "\x89PNG";
    message.card = LinkCard{"体检", "带身份证", "https://a.example/p/1", "https://a.example/p.png"};
    const auto bodies = bodies_of(message);
    ASSERT_EQ(bodies.size(), 3U);
    EXPECT_EQ(json::parse(bodies[0])["text"]["content"], "明天体检");
    EXPECT_EQ(json::parse(bodies[1])["msgtype"], "image");
    EXPECT_EQ(json::parse(bodies[2])["news"]["articles"][0]["picurl"], "https://a.example/p.png");
    message.card->picture_url.clear();
    EXPECT_EQ(json::parse(bodies_of(message)[2])["template_card"]["card_type"], "text_notice");
    message.markdown = "**明天**体检";
    EXPECT_EQ(json::parse(bodies_of(message)[0])["markdown"]["content"], "**明天**体检");
}

TEST(WecomRobotSend, KeepsNewsWithinItsLimits)
{
    std::string long_title;
    for (int i = 0; i < 100; ++i)
        long_title += "工";
    const std::vector<LinkCard> cards(10, LinkCard{long_title, "", "https://a.example", ""});
    const json articles = json::parse(news_message(cards))["news"]["articles"];
    EXPECT_EQ(articles.size(), 8U);
    EXPECT_EQ(articles[0]["title"].get<std::string>().size(), 126U);
}

TEST(WecomRobotSend, WritesChineseAsItIs)
{
    EXPECT_EQ(text_message("工会", {}), R"({"msgtype":"text","text":{"content":"工会"}})");
}

/// The door before a platform that answers one body after the other, the last one again and again.
struct House {
    explicit House(std::vector<std::string> answers)
        : answers_(std::move(answers)), platform(context, [this](const net::HttpRequest&) { return next(); }),
          door(settings(), client, clock)
    {
    }

    SendOutcome send(const std::string& key, const std::string& text)
    {
        Outgoing message;
        message.chat.id = key;
        message.text = text;
        return testing_support::run_coro(context, door.send(std::move(message)));
    }

    asio::io_context context{1};
    ManualClock clock{1'763'800'000'000};
    net::HttpClient client;
    std::vector<std::string> answers_;
    testing_support::FakePlatform platform;
    WecomRobotDoor door;

private:
    std::string next()
    {
        const std::string answer = answers_.front();
        if (answers_.size() > 1)
            answers_.erase(answers_.begin());
        return answer;
    }
    Settings settings() const
    {
        Settings settings;
        settings.id = "robots";
        settings.api = platform.url();
        return settings;
    }
};

constexpr auto done = R"({"errcode":0,"errmsg":"ok"})";
constexpr auto too_fast = R"({"errcode":45009,"errmsg":"api freq out of limit"})";
constexpr auto no_robot = R"({"errcode":93000,"errmsg":"invalid webhook url"})";

TEST(WecomRobotDoor, SendsWithTheKeyOfTheGroup)
{
    House house({done});
    EXPECT_TRUE(house.send("K-1", "通知").delivered());
    EXPECT_EQ(house.platform.asked()[0].query, "key=K-1");
    EXPECT_EQ(house.platform.asked()[0].body, R"({"msgtype":"text","text":{"content":"通知"}})");
    EXPECT_EQ(house.door.health().last_success_ms, house.clock.now_ms());
}

TEST(WecomRobotDoor, EighteenAMinutePerGroup)
{
    House house({done});
    for (int i = 0; i < 18; ++i)
        EXPECT_TRUE(house.send("K-1", "通知").delivered());
    const SendOutcome outcome = house.send("K-1", "通知");
    EXPECT_EQ(outcome.action, SendAction::window_closed);
    EXPECT_EQ(outcome.retry_after_ms, 60'000);
    EXPECT_TRUE(house.send("K-2", "通知").delivered());
    house.clock.advance_ms(60'000);
    EXPECT_TRUE(house.send("K-1", "通知").delivered());
    EXPECT_EQ(house.platform.asked().size(), 20U);
}

TEST(WecomRobotDoor, NoPartLeavesWhenNotAllMay)
{
    House house({done});
    for (int i = 0; i < 17; ++i)
        house.send("K-1", "通知");
    std::string two_parts;
    for (int i = 0; i < 1'000; ++i)
        two_parts += "工";
    EXPECT_EQ(house.send("K-1", two_parts).action, SendAction::window_closed);
    EXPECT_EQ(house.platform.asked().size(), 17U);
}

TEST(WecomRobotDoor, RestsAMinuteWhenThePlatformSaysSo)
{
    House house({too_fast, done});
    const SendOutcome outcome = house.send("K-1", "通知");
    EXPECT_EQ(outcome.action, SendAction::backoff);
    EXPECT_EQ(outcome.scope, Scope::chat);
    EXPECT_EQ(house.send("K-1", "通知").action, SendAction::window_closed);
    EXPECT_EQ(house.platform.asked().size(), 1U);
    EXPECT_TRUE(house.send("K-2", "通知").delivered());
    house.clock.advance_ms(60'000);
    EXPECT_TRUE(house.send("K-1", "通知").delivered());
}

TEST(WecomRobotDoor, ARobotThatIsGoneClosesItsGroup)
{
    House house({no_robot});
    const SendOutcome outcome = house.send("K-1", "通知");
    EXPECT_EQ(outcome.action, SendAction::disable_chat);
    EXPECT_EQ(outcome.platform_words, "93000 invalid webhook url");
}

TEST(WecomRobotDoor, HalfALongTextIsForAPersonToJudge)
{
    House house({done, no_robot});
    std::string two_parts;
    for (int i = 0; i < 1'000; ++i)
        two_parts += "工";
    EXPECT_EQ(house.send("K-1", two_parts).action, SendAction::unknown_result);
}

TEST(WecomRobotDoor, AnAnswerWithoutACodeIsNoSuccess)
{
    House house({"<html>"});
    EXPECT_EQ(house.send("K-1", "通知").action, SendAction::unknown_result);
}

TEST(WecomRobotDoor, SaysBeforehandWhatWillBeLong)
{
    House house({done});
    std::string text;
    for (int i = 0; i < 4'000; ++i)
        text += "工";
    EXPECT_EQ(house.door.split(text).size(), 6U);
    EXPECT_EQ(house.door.lint(text).size(), 1U);
    EXPECT_TRUE(house.door.lint("短").empty());
}

} // namespace
