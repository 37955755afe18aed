#include "bot/doors/tencent/answer.hpp"
#include "bot/doors/tencent/crypto.hpp"
#include "bot/doors/tencent/envelope.hpp"
#include "bot/doors/tencent/fields.hpp"
#include "tests/support/cases.hpp"

namespace {

using namespace bot;
using namespace bot::doors::tencent;
using testing_support::CaseChecks;
using testing_support::json;

std::string bytes_of(const std::string& hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string text_of(const json& object, const char* key)
{
    return object.value(key, "");
}

MessageKey key_of(const json& in)
{
    const auto key = MessageKey::parse(text_of(in, "encoding_aes_key"));
    EXPECT_TRUE(key.has_value());
    return *key;
}

Credentials credentials_of(const json& account)
{
    return {text_of(account, "token"), key_of(account), text_of(account, "receiveid")};
}

void check_key(const json& in, const json& out)
{
    const MessageKey key = key_of(in);
    const std::string bytes(key.bytes().begin(), key.bytes().end());
    EXPECT_EQ(json(to_hex(bytes)), out["key_hex"]);
    EXPECT_EQ(json(to_hex(bytes.substr(0, 16))), out["iv_hex"]);
}

void check_bad_key(const json& in, const json&)
{
    EXPECT_FALSE(MessageKey::parse(text_of(in, "encoding_aes_key")));
}

void check_signature(const json& in, const json& out)
{
    const auto parts = in["parts"].get<std::vector<std::string>>();
    EXPECT_EQ(json(sha1_sorted({parts.begin(), parts.end()})), out["hex"]);
}

void check_encrypt(const json& in, const json& out)
{
    const std::string sealed =
        encrypt(key_of(in), text_of(in, "message"), text_of(in, "receiveid"), text_of(in, "random16"));
    EXPECT_EQ(json(sealed), out["encrypt"]);
    const auto opened = decrypt(key_of(in), sealed);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->padding, out["padding"].get<std::size_t>());
    EXPECT_EQ(opened->message, in["message"]);
}

void check_decrypt(const json& in, const json& out)
{
    const auto opened = decrypt(key_of(in), text_of(in, "encrypt"));
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(json(opened->random16), out["random16"]);
    EXPECT_EQ(json(opened->message), out["message"]);
    EXPECT_EQ(json(opened->receive_id), out["receiveid"]);
    EXPECT_EQ(opened->padding, out["padding"].get<std::size_t>());
    EXPECT_TRUE(decrypt_for(key_of(in), text_of(in, "encrypt"), text_of(in, "expect_receiveid")));
}

void check_refused(const json& in, const json&)
{
    EXPECT_FALSE(decrypt_for(key_of(in), text_of(in, "encrypt"), text_of(in, "expect_receiveid")));
}

void check_address(const json& in, const json& out)
{
    const auto answer = verify_address(credentials_of(in["account"]), text_of(in, "query"));
    ASSERT_EQ(answer.has_value(), out["status"] == 200);
    if (answer) {
        EXPECT_EQ(json(*answer), out["body"]);
    }
}

void check_letter(const json& in, const json& out)
{
    const auto plain = open_letter(credentials_of(in["account"]), text_of(in, "query"), text_of(in, "body"));
    ASSERT_EQ(plain.has_value(), out["accept"].get<bool>());
    if (!plain)
        return;
    EXPECT_EQ(json(*plain), out["plain"]);
    const auto fields = read_fields(*plain);
    ASSERT_TRUE(fields.has_value());
    const json expected = out.value("fields", json::object());
    for (const auto& [name, value] : expected.items())
        EXPECT_EQ(fields->get(name), value) << name;
}

void check_seal(const json& in, const json& out)
{
    const Credentials credentials = credentials_of(in["account"]);
    const Stamp stamp{std::stoll(text_of(in, "timestamp")), text_of(in, "nonce"), text_of(in, "random16")};
    if (in["format"] == "json") {
        EXPECT_EQ(json::parse(seal_small_json(credentials, text_of(in, "message"), stamp)), out["json"]);
        return;
    }
    const auto sealed = read_fields(seal_xml(credentials, text_of(in, "message"), stamp));
    ASSERT_TRUE(sealed.has_value());
    for (const auto& [name, value] : out["fields"].items())
        EXPECT_EQ(sealed->get(name), value) << name;
}

void check_media(const json& in, const json& out)
{
    const auto key = MessageKey::parse(text_of(in, "aeskey"));
    ASSERT_TRUE(key.has_value());
    const auto plain = decrypt_media(*key, bytes_of(text_of(in, "cipher_hex")));
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(json(to_hex(*plain)), out["plain_hex"]);
}

void check_code(const json& in, const json& out)
{
    const Answer answer{Transport::answered, in["http"].get<unsigned>(), testing_support::error_body(in)};
    EXPECT_EQ(json(to_string(classify(answer, company_codes()).action)), out["action"]);
}

void check_bad_xml(const json& in, const json&)
{
    EXPECT_FALSE(read_fields(text_of(in, "body")));
}

const CaseChecks checks{
    {"wecom/encoding-aes-key", check_key},       {"wecom/encoding-aes-key-reject", check_bad_key},
    {"wecom/sha1-sorted", check_signature},      {"wechat-mp/sha1-sorted", check_signature},
    {"wecom/aes-encrypt", check_encrypt},        {"wechat-mp/aes-encrypt", check_encrypt},
    {"wecom/aes-decrypt", check_decrypt},        {"wechat-mp/aes-decrypt", check_decrypt},
    {"wecom/aes-decrypt-reject", check_refused}, {"wecom/verify-get", check_address},
    {"wecom/callback-post", check_letter},       {"wecom/reply-envelope", check_seal},
    {"wechat-mp/reply-envelope", check_seal},    {"wecom/aibot-media-decrypt", check_media},
    {"wecom/error-action", check_code},          {"wechat-mp/xml-reject", check_bad_xml},
};

TEST(TencentCases, AllPass)
{
    testing_support::run_cases("tencent.json", checks);
}

TEST(TencentCases, SharedVectorsPass)
{
    testing_support::run_shared_vectors(checks);
}

} // namespace
