#pragma once
#include "bot/core/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

/// What a smart bot says (protocol sheet wecom, section 5). Pure.
namespace bot::doors::wecom_bot {

inline constexpr std::size_t answer_bytes = 20'480;

/// Bodies of messages. Each piece of a stream replaces the whole text before it.
nlohmann::json stream_body(const std::string& stream_id, bool is_finished, const std::string& text);
nlohmann::json text_body(const std::string& text);
nlohmann::json markdown_body(const std::string& text);
/// Into a conversation, unasked.
nlohmann::json push_body(const Chat& chat, const std::string& text);

/// Raw UTF-8.
std::string write(const nlohmann::json& body);

/// Frames of the long connection: `{"cmd","headers":{"req_id"},"body"}`.
std::string frame(std::string_view command, const std::string& request_id, const nlohmann::json& body);
std::string subscribe_frame(const std::string& request_id, const std::string& bot_id,
                            const std::string& secret);
std::string ping_frame(const std::string& request_id);

} // namespace bot::doors::wecom_bot
