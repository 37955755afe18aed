#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bot::doors::tencent {

/// `text` in pieces of at most `limit` bytes of UTF-8, in order and with nothing lost: cut behind a
/// paragraph, a line, a sentence or a comma, else between words; inside an address or a number only when one
/// alone is too long, and never inside a character. At least one piece. Pure.
std::vector<std::string> split_bytes(std::string_view text, std::size_t limit);

/// The first `limit` bytes, less what would be half a character.
std::string prefix_bytes(std::string_view text, std::size_t limit);

} // namespace bot::doors::tencent
