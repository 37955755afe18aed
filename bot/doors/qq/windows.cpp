#include "bot/doors/qq/windows.hpp"

#include "bot/doors/qq/parse.hpp"

#include <algorithm>
#include <charconv>

namespace bot::doors::qq {
namespace {

constexpr std::size_t most_windows = 100'000;

std::optional<int> take_number(std::string_view& text)
{
    int number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end == text.data() + text.size() || *end != ' ' || number < 1)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return number;
}

} // namespace

std::string Places::text() const
{
    return std::to_string(first) + " " + std::to_string(count) + " " + to;
}

std::optional<Places> Places::parse(std::string_view text)
{
    const auto first = take_number(text);
    const auto count = first ? take_number(text) : std::nullopt;
    if (!count || text.empty())
        return std::nullopt;
    return Places{std::string(text), *first, *count};
}

void Windows::set_rules(WindowRules rules)
{
    const std::lock_guard lock(mutex_);
    rules_ = rules;
}

std::int64_t Windows::length_ms(const Chat& chat, const std::string& to) const
{
    if (chat.type == ChatType::group)
        return rules_.group_ms;
    return to.starts_with(event_prefix) ? rules_.direct_event_ms : rules_.direct_ms;
}

void Windows::heard(const Chat& chat, const std::string& to, std::int64_t at_ms, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    forget_old(now_ms);
    const std::int64_t until = std::min(at_ms, now_ms) + length_ms(chat, to);
    if (to.empty() || until <= now_ms)
        return;
    const auto [entry, is_new] = windows_.try_emplace(to);
    if (!is_new)
        return;
    order_.push_back(to);
    Window& window = entry->second;
    window.chat = chat;
    window.until_ms = until;
    window.carries_notices = at_ms >= born_ms_ && chat.type == ChatType::group;
    if (window.carries_notices)
        newest_[chat.id] = to;
}

void Windows::answered(const std::string& to)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = windows_.find(to); found != windows_.end())
        found->second.is_answered = true;
}

std::optional<Places> Windows::for_answer(const std::string& to, int count, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    const auto found = windows_.find(to);
    if (found == windows_.end() || found->second.until_ms <= now_ms)
        return std::nullopt;
    Window& window = found->second;
    const int taken = std::min(count, rules_.answers - window.used);
    if (taken <= 0)
        return std::nullopt;
    Places places{to, window.used + 1, taken};
    window.used += taken;
    return places;
}

std::optional<Places> Windows::for_notice(const std::string& group, std::string_view text, int count,
                                          std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    if (const auto ride = rides_.find(group); ride != rides_.end() && ride->second.until_ms > now_ms &&
                                              ride->second.text == text && ride->second.places.count == count)
        return ride->second.places;
    if (!is_open_for_notices(group, now_ms))
        return std::nullopt;
    const std::string& to = newest_.at(group);
    Window& window = windows_.at(to);
    if (window.used + count > rules_.answers)
        return std::nullopt;
    Places places{to, window.used + 1, count};
    window.used += count;
    rides_[group] = {std::string(text), places, window.until_ms};
    return places;
}

bool Windows::is_open_for_notices(const std::string& group, std::int64_t now_ms) const
{
    const auto newest = newest_.find(group);
    if (newest == newest_.end())
        return false;
    const auto found = windows_.find(newest->second);
    if (found == windows_.end() || found->second.until_ms <= now_ms || !found->second.is_answered ||
        found->second.used >= rules_.answers)
        return false;
    const auto ride = rides_.find(group);
    return ride == rides_.end() || ride->second.until_ms <= now_ms;
}

std::vector<std::string> Windows::openings(std::int64_t now_ms) const
{
    const std::lock_guard lock(mutex_);
    std::vector<std::string> open;
    for (const auto& [group, to] : newest_)
        if (is_open_for_notices(group, now_ms))
            open.push_back(group);
    return open;
}

void Windows::close(const std::string& to)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = windows_.find(to); found != windows_.end())
        found->second.until_ms = 0;
}

/// Windows end about in the order in which they opened; private ones stay longer and hold up nobody for long.
void Windows::forget_old(std::int64_t now_ms)
{
    while (!order_.empty()) {
        const auto found = windows_.find(order_.front());
        if (found != windows_.end()) {
            if (found->second.until_ms > now_ms && order_.size() < most_windows)
                return;
            const std::string& group = found->second.chat.id;
            if (const auto newest = newest_.find(group);
                newest != newest_.end() && newest->second == found->first)
                newest_.erase(newest);
            if (const auto ride = rides_.find(group); ride != rides_.end() && ride->second.until_ms <= now_ms)
                rides_.erase(ride);
            windows_.erase(found);
        }
        order_.pop_front();
    }
}

} // namespace bot::doors::qq
