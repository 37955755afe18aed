#pragma once
#include "bot/core/reply.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The house's messages → calls of a group robot's webhook (protocol sheet wecom, section 4). Pure.
namespace bot::doors::wecom_robot {

inline constexpr std::size_t text_bytes = 2048;
inline constexpr std::size_t markdown_bytes = 4096;
inline constexpr std::size_t picture_bytes = 2 * 1024 * 1024;

/// `/cgi-bin/webhook/send?key=…`: the key is the whole credential and never logged.
std::string send_path(std::string_view key);
std::string upload_path(std::string_view key, std::string_view type);

/// Bodies. `mentions` are user ids, or `@all`.
std::string text_message(const std::string& text, const std::vector<std::string>& mentions);
std::string markdown_message(const std::string& markdown);
std::string image_message(const std::string& bytes);
std::string file_message(const std::string& media_id);
std::string news_message(const std::vector<LinkCard>& cards);
std::string card_message(const LinkCard& card);

/// The texts in which one text leaves.
std::vector<std::string> text_parts(const std::string& text);

/// Every body that the message becomes, in order; at least one. What does not fit is left out of `markdown`
/// first: then the text goes in parts.
std::vector<std::string> bodies_of(const Outgoing& message);

} // namespace bot::doors::wecom_robot
