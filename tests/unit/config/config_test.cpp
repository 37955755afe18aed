#include "bot/config/config.hpp"

#include "bot/doors/doors.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace {

using bot::config::Environment;
using bot::config::Loaded;

Loaded load_text(const std::string& text, const Environment& environment = {})
{
    const testing_support::TempDir dir;
    const auto file = dir.path() / "lastmeter.toml";
    std::ofstream(file) << text;
    Loaded loaded = bot::config::load(file, environment, true, bot::doors::platform_keys());
    for (auto& problem : loaded.problems)
        if (problem.file == file.string())
            problem.file = "lastmeter.toml";
    return loaded;
}

TEST(Config, ReadsTheWholeExample)
{
    const Loaded loaded = load_text(R"(
[server]
listen = ["127.0.0.1:8080", "[::1]:8080"]
public_url = "https://bot.example.org"
tls = { cert = "a.pem", key = "b.pem" }
[store]
url = "sqlite:x.db"
[outreach]
per_group_per_day = 0
[[account]]
id = "qq-dingxi"
platform = "onebot11"
secret = { env = "QQ_SECRET" }
access_token = "plain"
api = "http://127.0.0.1:5700"
rate = "20/min"
)",
                                    {{"QQ_SECRET", "s3cret"}});
    ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front().text();
    EXPECT_EQ(loaded.config.listen.size(), 2U);
    EXPECT_EQ(loaded.config.tls_key, "b.pem");
    EXPECT_EQ(loaded.config.per_group_per_day, 0);
    ASSERT_EQ(loaded.config.accounts.size(), 1U);
    EXPECT_EQ(loaded.config.accounts[0].secret("secret"), "s3cret");
    EXPECT_EQ(loaded.config.accounts[0].value("rate"), "20/min");
}

struct Wrong {
    const char* name;
    const char* text;
    const char* expected;
};

const Wrong wrongs[] = {
    {"unknown_key", "[server]\nlisten = \"x\"\npublik_url = \"y\"\n",
     "lastmeter.toml:3: server.publik_url is unknown; did you mean \"public_url\"?"},
    {"unknown_section", "[servers]\n",
     "lastmeter.toml:1: section [servers] is unknown; did you mean \"server\"?"},
    {"wrong_type", "[outreach]\nper_group_per_day = \"three\"\n",
     "lastmeter.toml:2: outreach.per_group_per_day: expected a whole number from 0 on"},
    {"missing_environment", "[[account]]\nid=\"a\"\nplatform=\"qq\"\nsecret={env=\"NOT_THERE\"}\n",
     "lastmeter.toml:4: account a: secret: the environment has no variable NOT_THERE"},
    {"account_key", "[[account]]\nid=\"a\"\nplatform=\"onebot11\"\nacces_token=\"x\"\n",
     "lastmeter.toml:4: account a: acces_token is unknown; did you mean \"access_token\"?"},
};

class ConfigProblem : public testing::TestWithParam<Wrong> {};

TEST_P(ConfigProblem, NamesFileLineAndRemedy)
{
    const Loaded loaded = load_text(GetParam().text);
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_EQ(loaded.problems[0].text(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(All, ConfigProblem, testing::ValuesIn(wrongs),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Config, SyntaxErrorHasItsLine)
{
    const Loaded loaded = load_text("[server]\nlisten = \n");
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_EQ(loaded.problems[0].line, 2);
}

TEST(Config, EnvironmentOverrides)
{
    const Loaded loaded = load_text("[server]\nlisten = \"127.0.0.1:1\"\n",
                                    {{"LASTMETER_SERVER_LISTEN", "127.0.0.1:2,[::1]:2"}});
    ASSERT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.config.listen, (std::vector<std::string>{"127.0.0.1:2", "[::1]:2"}));
}

} // namespace
