#include "tests/bench/messages.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace bench {
namespace {

using nlohmann::json;

constexpr std::int64_t self = 10001;
constexpr std::int64_t groups = 2000;

json segment(const char* type, const char* key, const std::string& value)
{
    return {{"type", type}, {"data", {{key, value}}}};
}

} // namespace

std::vector<Message> read_messages(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::vector<Message> messages;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.front() == '#')
            continue;
        const bool to_nobody = line.front() == '~';
        messages.push_back({to_nobody ? line.substr(1) : line, !to_nobody});
    }
    if (messages.empty())
        throw std::runtime_error(file.string() + ": no messages");
    return messages;
}

std::string report_body(const Message& message, std::int64_t number, std::int64_t time_s)
{
    json segments = json::array();
    std::string raw = message.text;
    if (message.wants_answer) {
        segments.push_back(segment("at", "qq", std::to_string(self)));
        raw.insert(0, "[CQ:at,qq=" + std::to_string(self) + "] ");
    }
    segments.push_back(segment("text", "text", (message.wants_answer ? " " : "") + message.text));
    const std::int64_t person = 200'000'000 + number;
    return json{{"self_id", self},
                {"user_id", person},
                {"time", time_s},
                {"message_id", number},
                {"message_seq", number},
                {"real_id", number},
                {"message_type", "group"},
                {"sender",
                 {{"user_id", person},
                  {"nickname", "工友" + std::to_string(number)},
                  {"card", ""},
                  {"role", "member"}}},
                {"raw_message", raw},
                {"font", 14},
                {"sub_type", "normal"},
                {"message", segments},
                {"message_format", "array"},
                {"post_type", "message"},
                {"group_id", 700'000'000 + number % groups}}
        .dump();
}

std::string signature(std::string_view secret, std::string_view body)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
    static constexpr char hex[] = "0123456789abcdef";
    std::string text = "sha1=";
    for (unsigned i = 0; i < size; ++i) {
        text += hex[digest[i] >> 4U];
        text += hex[digest[i] & 15U];
    }
    return text;
}

} // namespace bench
