#include "bot/doors/qq/links.hpp"

#include <algorithm>
#include <cctype>

namespace bot::doors::qq {
namespace {

/// Ends that make a bare word an address. What else there is needs `://` or `www.` to be taken for one.
constexpr std::string_view endings[] = {"com", "cn",   "net",  "org",  "gov", "edu", "io",  "top",
                                        "vip", "xyz",  "cc",   "info", "me",  "tv",  "app", "link",
                                        "ltd", "site", "club", "shop", "co",  "hk",  "tw",  "work"};

bool is_host_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
}

bool has_known_ending(std::string_view host)
{
    const std::size_t dot = host.rfind('.');
    return dot != std::string_view::npos && dot > 0 &&
           std::find(std::begin(endings), std::end(endings), host.substr(dot + 1)) != std::end(endings);
}

std::string lower(std::string_view text)
{
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lowered;
}

} // namespace

std::vector<std::string> linked_hosts(std::string_view text)
{
    std::vector<std::string> hosts;
    std::size_t at = 0;
    while (at < text.size()) {
        if (!is_host_character(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_host_character(text[end]))
            ++end;
        std::string host = lower(text.substr(at, end - at));
        while (!host.empty() && (host.back() == '.' || host.back() == '-'))
            host.pop_back();
        const bool has_scheme = at >= 3 && text.substr(at - 3, 3) == "://";
        const bool is_mail = at > 0 && text[at - 1] == '@';
        const bool is_link = has_scheme || host.starts_with("www.") || has_known_ending(host);
        if (is_link && !is_mail && !host.empty() &&
            std::find(hosts.begin(), hosts.end(), host) == hosts.end())
            hosts.push_back(std::move(host));
        at = end;
        if (is_link) // what follows in the address is no link of its own
            while (at < text.size() && static_cast<unsigned char>(text[at]) > ' ' &&
                   static_cast<unsigned char>(text[at]) < 0x80)
                ++at;
    }
    return hosts;
}

std::vector<std::string> undeclared_hosts(std::string_view text, const std::vector<std::string>& domains)
{
    std::vector<std::string> hosts = linked_hosts(text);
    std::erase_if(hosts, [&](const std::string& host) {
        return std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
            return host == domain || host.ends_with("." + domain);
        });
    });
    return hosts;
}

} // namespace bot::doors::qq
