#include "bot/core/door.hpp"

#include "bot/core/text.hpp"

namespace bot {

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
        parts.emplace_back(text::prefix(rest, limit));
        rest.remove_prefix(parts.back().size());
    }
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
