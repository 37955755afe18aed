#include "bot/doors/sandbox/chat_log.hpp"

#include <algorithm>

namespace bot::doors::sandbox {

Line ChatLog::append(Line line)
{
    const std::lock_guard lock(mutex_);
    line.number = line.place = ++last_number_;
    line.message_id = std::to_string(line.time_ms) + "-" + std::to_string(line.number);
    lines_.push_back(line);
    forget_oldest(line.chat);
    return line;
}

std::optional<Line> ChatLog::change(const std::string& message_id, const std::function<void(Line&)>& edit)
{
    const std::lock_guard lock(mutex_);
    const auto same = [&](const Line& one) { return one.message_id == message_id; };
    const auto found = std::find_if(lines_.begin(), lines_.end(), same);
    if (found == lines_.end())
        return std::nullopt;
    Line line = std::move(*found);
    lines_.erase(found);
    edit(line);
    line.number = ++last_number_;
    lines_.push_back(line);
    return line;
}

std::optional<Line> ChatLog::find(const std::string& message_id) const
{
    const std::lock_guard lock(mutex_);
    for (const Line& line : lines_)
        if (line.message_id == message_id)
            return line;
    return std::nullopt;
}

std::optional<Line> ChatLog::find_key(const std::string& person, const std::string& key) const
{
    const std::lock_guard lock(mutex_);
    for (const Line& line : lines_)
        if (!key.empty() && line.key == key && line.person == person)
            return line;
    return std::nullopt;
}

std::vector<Line> ChatLog::after(std::int64_t number) const
{
    const std::lock_guard lock(mutex_);
    const auto newer = [](std::int64_t than, const Line& line) { return than < line.number; };
    return {std::upper_bound(lines_.begin(), lines_.end(), number, newer), lines_.end()};
}

std::vector<Line> ChatLog::last_heard() const
{
    const std::lock_guard lock(mutex_);
    std::vector<Line> newest;
    for (const Line& line : lines_) {
        if (!line.heard || line.recalled || line.chat.type != ChatType::group)
            continue;
        const auto same = [&](const Line& one) { return one.chat == line.chat; };
        const auto known = std::find_if(newest.begin(), newest.end(), same);
        if (known == newest.end())
            newest.push_back(line);
        else if (known->place < line.place)
            *known = line;
    }
    return newest;
}

bool ChatLog::holds_text(const Chat& chat, std::string_view text, std::int64_t since_ms) const
{
    const std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
        return line.kind != LineKind::person && line.chat == chat && line.text == text &&
               line.time_ms >= since_ms;
    });
}

std::int64_t ChatLog::last_number() const
{
    const std::lock_guard lock(mutex_);
    return last_number_;
}

std::size_t ChatLog::size() const
{
    const std::lock_guard lock(mutex_);
    return lines_.size();
}

void ChatLog::forget_oldest(const Chat& chat)
{
    std::size_t count = 0;
    auto oldest = lines_.end();
    for (auto line = lines_.begin(); line != lines_.end(); ++line)
        if (line->chat == chat) {
            ++count;
            if (oldest == lines_.end() || line->place < oldest->place)
                oldest = line;
        }
    if (count > per_chat_)
        lines_.erase(oldest);
}

} // namespace bot::doors::sandbox
