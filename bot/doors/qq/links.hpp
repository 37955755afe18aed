#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace bot::doors::qq {

/// The hosts of all links in a text, lower case, each once: `https://a.example.org/x`, and bare ones such as
/// `www.example.com` that the platform takes for links too. Pure.
std::vector<std::string> linked_hosts(std::string_view text);

/// Hosts of `text` that are none of `domains` and below none of them.
std::vector<std::string> undeclared_hosts(std::string_view text, const std::vector<std::string>& domains);

} // namespace bot::doors::qq
