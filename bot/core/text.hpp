#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Words about characters. ICU and OpenCC stay in the .cpp. Every function is pure and thread-safe; input is
/// UTF-8, and bytes that are not UTF-8 become U+FFFD.
namespace bot::text {

bool is_utf8(std::string_view bytes);

/// NFKC, lower case, Traditional → Simplified, zero-width and control characters out, emoji out, runs of
/// white space to one blank, trimmed.
std::string normalise(std::string_view text);

/// Traditional → Simplified only.
std::string simplify(std::string_view text);

std::string_view trim(std::string_view text);

/// Number of code points.
std::size_t length(std::string_view text);

/// The first `count` code points; never cuts inside one.
std::string prefix(std::string_view text, std::size_t count);

/// A whole message that is one number: half- and full-width digits, Chinese numerals up to 99 (三, 十二),
/// optionally 第…个 or a trailing 、or dot. Nothing else around it.
std::optional<int> as_number(std::string_view text);

/// One line safe for a log: control, bidi and zero-width characters out, phones and ID numbers masked.
std::string for_log(std::string_view text);

} // namespace bot::text
