#include "bot/doors/qq/platform.hpp"

#include "bot/doors/qq/door.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace bot::doors::qq {
namespace {

[[noreturn]] void reject(const config::Account& account, const std::string& key, const std::string& why)
{
    throw std::runtime_error("account " + account.id + ": " + key + ": " + why);
}

/// True for the second of two words, false for the first or nothing.
bool read_choice(const config::Account& account, const std::string& key, const std::string& no,
                 const std::string& yes)
{
    const std::string word = account.value(key);
    if (word != yes && word != no && !word.empty())
        reject(account, key, "\"" + word + "\" is neither " + no + " nor " + yes);
    return word == yes;
}

std::int64_t read_number(const config::Account& account, const std::string& key, std::int64_t otherwise,
                         std::int64_t least, std::int64_t most)
{
    const std::string text = account.value(key);
    std::int64_t number = otherwise;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = text.empty() || (ec == std::errc() && end == text.data() + text.size());
    if (!whole || number < least || number > most)
        reject(account, key,
               "expected a number from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

/// `https://bot.example.org/p/` and `*.example.org` mean their host.
std::vector<std::string> read_domains(const std::string& list)
{
    std::vector<std::string> domains;
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        std::string one = list.substr(at, end - at);
        if (const std::size_t scheme = one.find("://"); scheme != std::string::npos)
            one.erase(0, scheme + 3);
        one.resize(std::min(one.find_first_of("/:?#"), one.size()));
        while (one.starts_with("*") || one.starts_with("."))
            one.erase(0, 1);
        std::transform(one.begin(), one.end(), one.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!one.empty())
            domains.push_back(std::move(one));
        at = end + 1;
    }
    return domains;
}

std::string without_slash(std::string url)
{
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

void read_limits(Settings& settings, const config::Account& account)
{
    WindowRules& windows = settings.windows;
    windows.answers = static_cast<int>(read_number(account, "answers_per_message", windows.answers, 1, 100));
    windows.group_ms = 1000 * read_number(account, "group_window_s", windows.group_ms / 1000, 1, 86'400);
    windows.direct_ms =
        1000 * read_number(account, "private_window_s", windows.direct_ms / 1000, 1, 7 * 86'400);
    settings.text_limit = static_cast<std::size_t>(
        read_number(account, "text_limit", static_cast<std::int64_t>(settings.text_limit), 100, 20'000));
    if (const std::string quotas = account.value("group_quota"); !quotas.empty()) {
        try {
            settings.chat_quotas = parse_quotas(quotas);
        } catch (const std::invalid_argument& error) {
            reject(account, "group_quota", error.what());
        }
    }
}

Settings read_settings(const config::Account& account)
{
    if (account.secret("secret").empty() || account.value("app_id").empty())
        reject(account, account.value("app_id").empty() ? "app_id" : "secret", "needed");
    Settings settings(account.secret("secret"));
    settings.id = account.id;
    settings.app_id = account.value("app_id");
    settings.is_sandbox = read_choice(account, "environment", "production", "sandbox");
    if (settings.is_sandbox)
        settings.api = "https://sandbox.api.sgroup.qq.com";
    if (const std::string api = account.value("api"); !api.empty())
        settings.api = without_slash(api);
    if (const std::string url = account.value("token_url"); !url.empty())
        settings.token_url = url;
    settings.link_domains = read_domains(account.value("link_domains"));
    settings.pushes = read_choice(account, "push", "next-opening", "automatic");
    settings.hears_all = read_choice(account, "hears", "mentions", "all");
    settings.markdown = read_choice(account, "markdown", "off", "on");
    read_limits(settings, account);
    return settings;
}

OpenAccount open(const config::Account& account, const World& world)
{
    auto door = std::make_unique<QqDoor>(read_settings(account), world.client, world.clock, world.on_event);
    OpenAccount opened;
    opened.hook = door.get();
    opened.reconfigure = [running = door.get()](const config::Account& fresh) {
        running->configure(read_settings(fresh));
    };
    opened.door = std::move(door);
    return opened;
}

} // namespace

Platform platform()
{
    return {
        "qq",
        {{"api", "rate", "app_id", "token_url", "link_domains", "environment", "push", "hears", "markdown",
          "answers_per_message", "group_window_s", "private_window_s", "group_quota", "text_limit"},
         {"secret"}},
        open};
}

} // namespace bot::doors::qq
