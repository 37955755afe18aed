#include "bot/doors/qq/sign.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;
using namespace bot::doors::qq;

struct Key {
    const char* name;
    std::string_view secret, seed, public_key;
};

const Key keys[] = {
    {"doubled_once", "DG5g3B4j9X2KOErG", "DG5g3B4j9X2KOErGDG5g3B4j9X2KOErG",
     "8b28ded5630f9051c205dd04c6ec56ad0b08b8812b2fe30ee9aece0ab41926f3"},
    {"official", "naOC0ocQE3shWLAfffVLB1rhYPG7", "naOC0ocQE3shWLAfffVLB1rhYPG7naOC",
     "d7c362fe78aef81ff23287b493628b5db02a3c4fe30b215e4d19609b5d76673a"},
    {"short_secret", "123456abcdef", "123456abcdef123456abcdef123456ab",
     "1c3039fbc8134a9df2a09f47cf4bf9303440988cec3b22056b62470b85fa80a7"},
    {"one_letter", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "af06a3e3291714e4f356c19c9b15cd1951ec6e6662aa77be07547f289383341d"},
    {"exact", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef",
     "23bc54912c1e6e92c4a86825c867e27ffdc555bffbd4244f17a26abfffee965d"},
    {"longer", "0123456789abcdef0123456789abcdefXYZ", "0123456789abcdef0123456789abcdef",
     "23bc54912c1e6e92c4a86825c867e27ffdc555bffbd4244f17a26abfffee965d"},
};

class QqKey : public testing::TestWithParam<Key> {};
TEST_P(QqKey, MatchesVector)
{
    EXPECT_EQ(seed_of(GetParam().secret), GetParam().seed);
    EXPECT_EQ(Signer(GetParam().secret).public_key_hex(), GetParam().public_key);
}
INSTANTIATE_TEST_SUITE_P(All, QqKey, testing::ValuesIn(keys),
                         [](const auto& one) { return std::string(one.param.name); });

constexpr std::string_view official = "naOC0ocQE3shWLAfffVLB1rhYPG7";
constexpr std::string_view join_body =
    R"({"op":0,"id":"GROUP_AT_MESSAGE_CREATE:m1","t":"GROUP_AT_MESSAGE_CREATE","s":3,"d":{"id":"m1","content":" 怎么入会"}})";
constexpr std::string_view join_sign = "d9d75f3cc382beaa61af6eb9ada5d1642d749e87ac8f96d4f1ba40e4639bd61b"
                                       "27147c81a85f5a4b8d683156696d0e929b55addee7f3efe696ad22c370227d04";

std::string with(std::string text, std::size_t at, std::string_view other)
{
    return text.replace(at, other.size(), other);
}

std::string upper(std::string text)
{
    for (char& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

struct Check {
    const char* name;
    std::string secret, timestamp, body, signature;
    bool accepted;
};

const std::string sign(join_sign), changed = with(std::string(join_body), join_body.find("怎么"), "如何");

const Check checks[] = {
    {"go_sdk", "123456abcdef", "1728981195",
     "{\"id\":\"ROBOT1.0_veoihSEXDc8Q.g-6eLpNIa11bH8MisOjn-m-"
     "LKxCPntMk6exUXgcWCGpVO7L2QKTNZzjZzFFDSbiOFcqAPWyVA!!\","
     "\"content\":\"哦一下\",\"timestamp\":\"2024-10-15T16:33:15+08:00\",\"author\":{\"id\":\"675860273\","
     "\"user_openid\":\"675860273\"}}",
     "e949b5b94ef4103df903fb031d1d16e358db3db83e79e117edd404c8508be3ce"
     "8a76d7bad1bed353194c126a1a5915b4ad8b5288c1191cc53a12acffccd82004",
     true},
    {"right", std::string(official), "1763800100", std::string(join_body), sign, true},
    {"body_changed", std::string(official), "1763800100", changed, sign, false},
    {"timestamp_changed", std::string(official), "1763800101", std::string(join_body), sign, false},
    {"upper_case_hex", std::string(official), "1763800100", std::string(join_body), upper(sign), true},
    {"top_bits_set", std::string(official), "1763800100", std::string(join_body), with(sign, 126, "24"),
     false},
    {"a_byte_short", std::string(official), "1763800100", std::string(join_body), sign.substr(0, 126), false},
    {"a_byte_long", std::string(official), "1763800100", std::string(join_body), sign + "00", false},
    {"no_hex", std::string(official), "1763800100", std::string(join_body), with(sign, 0, "zz"), false},
    {"signed_number", std::string(official), "1763800100", std::string(join_body), with(sign, 0, "+1"),
     false},
    {"other_bot", "another-secret", "1763800100", std::string(join_body), sign, false},
    {"printed_demo_that_never_fits", std::string(official), "1763800100",
     R"({ "op": 0,"d": {}, "t": "GATEWAY_EVENT_NAME"})",
     "865ad13a61752ca65e26bde6676459cd36cf1be609375b37bd62af366e1dc25a"
     "8dc789ba7f14e017ada3d554c671a911bfdf075ba54835b23391d509579ed002",
     false},
};

class QqSignature : public testing::TestWithParam<Check> {};
TEST_P(QqSignature, MatchesVector)
{
    const Check& one = GetParam();
    EXPECT_EQ(Signer(one.secret).verify(one.timestamp, one.body, one.signature), one.accepted);
}
INSTANTIATE_TEST_SUITE_P(All, QqSignature, testing::ValuesIn(checks),
                         [](const auto& one) { return std::string(one.param.name); });

struct Request {
    const char* name;
    net::Headers headers;
    std::int64_t now_s;
    error_code error;
};

const Request requests[] = {
    {"right", {{"X-Signature-Ed25519", sign}, {"X-Signature-Timestamp", "1763800100"}}, 1763800100, {}},
    {"named",
     {{"x-signature-ed25519", sign}, {"x-signature-timestamp", "1763800100"}, {"X-Bot-Appid", "1"}},
     1763800100,
     {}},
    {"nine_minutes_old",
     {{"X-Signature-Ed25519", sign}, {"X-Signature-Timestamp", "1763800100"}},
     1763800100 + 540,
     {}},
    {"no_signature",
     {{"X-Signature-Timestamp", "1763800100"}},
     1763800100,
     make_error_code(Errc::missing_credential)},
    {"no_timestamp", {{"X-Signature-Ed25519", sign}}, 1763800100, make_error_code(Errc::missing_credential)},
    {"other_application",
     {{"X-Signature-Ed25519", sign}, {"X-Signature-Timestamp", "1763800100"}, {"X-Bot-Appid", "2"}},
     1763800100,
     make_error_code(Errc::bad_credential)},
    {"old",
     {{"X-Signature-Ed25519", sign}, {"X-Signature-Timestamp", "1763800100"}},
     1763800100 + 601,
     make_error_code(Errc::stale)},
    {"from_the_future",
     {{"X-Signature-Ed25519", sign}, {"X-Signature-Timestamp", "1763800100"}},
     1763800100 - 601,
     make_error_code(Errc::stale)},
    {"no_number",
     {{"X-Signature-Ed25519", sign}, {"X-Signature-Timestamp", "now"}},
     1763800100,
     make_error_code(Errc::bad_credential)},
};

class QqRequest : public testing::TestWithParam<Request> {};
TEST_P(QqRequest, IsLetInOrNot)
{
    const Request& one = GetParam();
    const auto got = check_request(Signer(official), "1", one.headers, join_body, one.now_s * 1000);
    EXPECT_EQ(got ? error_code() : got.error(), one.error);
    EXPECT_TRUE(!got || *got == 1'763'800'100'000);
}
INSTANTIATE_TEST_SUITE_P(All, QqRequest, testing::ValuesIn(requests),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(QqSign, NeedsASecret)
{
    EXPECT_THROW(Signer(""), std::runtime_error);
}

} // namespace
