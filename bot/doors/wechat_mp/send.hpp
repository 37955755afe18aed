#pragma once
#include "bot/doors/tencent/answer.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// The house's words → answers and calls of an official account (protocol sheet, sections 5, 6, 9). Pure.
namespace bot::doors::wechat_mp {

inline constexpr std::size_t text_bytes = 2048;

/// Who talks with whom in an answer, and when.
struct Envelope {
    std::string person, account; ///< openid, and the account's own id
    std::int64_t seconds = 0;
    bool is_json = false; ///< as the question was
};

/// The answer in the response: a text, XML or JSON.
std::string passive_text(const Envelope& envelope, const std::string& text);

/// Bodies of calls.
std::string token_body(const std::string& app_id, const std::string& secret);
std::string service_text(const std::string& open_id, const std::string& text);
std::string service_image(const std::string& open_id, const std::string& media_id);
std::string service_news(const std::string& open_id, const LinkCard& card);

std::vector<std::string> text_parts(const std::string& text);

std::span<const tencent::Code> account_codes();

} // namespace bot::doors::wechat_mp
