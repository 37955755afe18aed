#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One line of `questions.txt`.
struct Message {
    std::string text;
    bool wants_answer = true; ///< it is said to the bot
};

/// Throws std::runtime_error when the file cannot be read or is empty.
std::vector<Message> read_messages(const std::filesystem::path& file);

/// A group message as a OneBot 11 implementation reports it over HTTP. `number` makes its message, group and
/// person distinct, so that neither deduplication nor the loop guard takes part.
std::string report_body(const Message& message, std::int64_t number, std::int64_t time_s);

/// `sha1=` and the HMAC in hexadecimal, the value of X-Signature.
std::string signature(std::string_view secret, std::string_view body);

} // namespace bench
