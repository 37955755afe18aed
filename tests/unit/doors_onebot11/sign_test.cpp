#include "bot/doors/onebot11/sign.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot::doors::onebot11;
using bot::Errc;

TEST(OneBot11Sign, SignsTheRawBytes)
{
    EXPECT_EQ(signature("obsecret", "{\"a\":1}\n"), "sha1=072a3719487c88fdbc2028f44514fe56bb015839");
}

struct Check {
    const char* name;
    const char* header;
    bot::error_code expected;
};

const Check checks[] = {
    {"exact", "sha1=17538a1e00974815d66308cb09375f72f2c1f9b6", {}},
    {"no_prefix", "17538a1e00974815d66308cb09375f72f2c1f9b6", Errc::bad_credential},
    {"wrong_digest", "sha1=0000000000000000000000000000000000000000", Errc::bad_credential},
    {"reserialised", "sha1=92359505ea1cf6483536984bcc723091cd8e9ed8", Errc::bad_credential},
    {"other_algorithm", "sha256=d81a65b183da9c93265f8d9a3a50d280ba7fa1d4abe8d1faad488aea949758ed",
     Errc::bad_credential},
    {"absent", "", Errc::missing_credential},
};

class OneBot11Signature : public testing::TestWithParam<Check> {};
TEST_P(OneBot11Signature, Checks)
{
    EXPECT_EQ(check_signature("s3cret", "{\"post_type\":\"message\",\"group_id\":1}", GetParam().header),
              GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(All, OneBot11Signature, testing::ValuesIn(checks),
                         [](const auto& one) { return std::string(one.param.name); });

struct Shake {
    const char* name;
    const char* token;
    bot::net::Headers headers;
    const char* query;
    bot::error_code error;
    Role role;
};

const Shake shakes[] = {
    {"bearer",
     "tk-1",
     {{"X-Self-ID", "10001"}, {"X-Client-Role", "Universal"}, {"Authorization", "Bearer tk-1"}},
     "",
     {},
     Role::universal},
    {"token_word",
     "tk-1",
     {{"X-Self-ID", "10001"}, {"X-Client-Role", "Universal"}, {"Authorization", "Token tk-1"}},
     "",
     {},
     Role::universal},
    {"query", "tk-1", {{"X-Self-ID", "10001"}, {"X-Client-Role", "API"}}, "access_token=tk-1", {}, Role::api},
    {"wrong",
     "tk-1",
     {{"X-Self-ID", "10001"}, {"X-Client-Role", "Event"}, {"Authorization", "Bearer wrong"}},
     "",
     Errc::bad_credential,
     Role::event},
    {"none",
     "tk-1",
     {{"X-Self-ID", "10001"}, {"X-Client-Role", "Universal"}},
     "",
     Errc::missing_credential,
     Role::universal},
    {"empty_bearer",
     "",
     {{"X-Self-ID", "10001"}, {"X-Client-Role", "Universal"}, {"Authorization", "Bearer "}},
     "",
     {},
     Role::universal},
    {"lower_case",
     "tk-1",
     {{"x-self-id", "10001"}, {"x-client-role", "universal"}, {"authorization", "bearer tk-1"}},
     "",
     {},
     Role::universal},
};

class OneBot11Handshake : public testing::TestWithParam<Shake> {};
TEST_P(OneBot11Handshake, Decides)
{
    const auto got = check_handshake(GetParam().token, GetParam().headers, GetParam().query);
    EXPECT_EQ(got ? bot::error_code() : got.error(), GetParam().error);
    if (got) {
        EXPECT_EQ(got->role, GetParam().role);
        EXPECT_EQ(got->self_id, "10001");
    }
}
INSTANTIATE_TEST_SUITE_P(All, OneBot11Handshake, testing::ValuesIn(shakes),
                         [](const auto& one) { return std::string(one.param.name); });

} // namespace
