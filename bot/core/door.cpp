#include "bot/core/door.hpp"

#include "bot/core/text.hpp"

namespace bot {
namespace {

bool ends_sentence(std::string_view before)
{
    for (const std::string_view end : {"\n", "。", "！", "？", "；", "!", "?"})
        if (before.ends_with(end))
            return true;
    return false;
}

/// Bytes of the first part: to the last line or sentence end in its second half, else as much as is allowed.
std::size_t cut_of(std::string_view text, std::size_t limit)
{
    const std::size_t most = text::prefix(text, limit).size();
    for (std::size_t at = most; at > most / 2; --at)
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && ends_sentence(text.substr(0, at)))
            return at;
    return most;
}

} // namespace

asio::awaitable<Sighting> Door::look_up(Outgoing, std::int64_t)
{
    co_return Sighting::cannot_tell;
}

asio::awaitable<bool> Door::withdraw(Outgoing, std::int64_t)
{
    co_return false;
}

std::string Door::fix_handle(const Outgoing&)
{
    return {};
}

std::vector<std::string> Door::lint(const std::string&) const
{
    return {};
}

asio::awaitable<void> Door::run()
{
    co_return;
}

std::vector<std::string> Door::split(const std::string& text) const
{
    const std::size_t limit = capabilities().text_limit;
    std::vector<std::string> parts;
    std::string_view rest = text;
    while (text::length(rest) > limit) {
        parts.emplace_back(rest.substr(0, cut_of(rest, limit)));
        rest.remove_prefix(parts.back().size());
    }
    if (!rest.empty() || parts.empty())
        parts.emplace_back(rest);
    return parts;
}

asio::awaitable<SendOutcome> Door::send_answer(Outgoing message)
{
    const int messages = static_cast<int>(split(message.text).size());
    if (meter_)
        meter_(messages, 0);
    SendOutcome outcome = co_await send(std::move(message));
    if (meter_)
        meter_(0, messages);
    co_return outcome;
}

void Door::count_answer(const std::string& text) const
{
    const int messages = static_cast<int>(split(text).size());
    if (meter_)
        meter_(messages, messages);
}

} // namespace bot
