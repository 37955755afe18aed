#include "tests/simulator/ledger.hpp"

#include <chrono>

namespace simulator {
namespace {

/// Odd, so that multiplying by it is a bijection of the 32-bit numbers: ids look hashed and never collide.
constexpr std::uint32_t scatter = 2'654'435'761U;

} // namespace

std::string group_chat(const std::string& id)
{
    return "g:" + id;
}

std::string private_chat(const std::string& id)
{
    return "p:" + id;
}

std::int64_t now_us()
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

Ledger::Ledger(std::uint64_t seed) : next_id_(static_cast<std::uint32_t>(seed)) {}

std::int32_t Ledger::new_message_id()
{
    std::uint32_t id = 0;
    while (id == 0)
        id = ++next_id_ * scatter;
    return static_cast<std::int32_t>(id);
}

Ledger::Chat& Ledger::open(const std::string& chat)
{
    Chat& found = chats_[chat];
    if (found.number == 0)
        found.number = static_cast<std::uint32_t>(chats_.size());
    return found;
}

std::uint32_t Ledger::intern(const std::string& content)
{
    const auto [found, is_new] =
        content_numbers_.emplace(content, static_cast<std::uint32_t>(contents_.size()));
    if (is_new)
        contents_.push_back(content);
    return found->second;
}

std::int32_t Ledger::add(Chat& chat, const std::string& name, Entry entry)
{
    entry.at_us = now_us();
    entry.id = new_message_id();
    places_[entry.id] = {&chats_.find(name)->first, chat.entries.size()};
    chat.entries.push_back(std::move(entry));
    return chat.entries.back().id;
}

std::int32_t Ledger::accept(const std::string& name, const std::string& content, const std::string& text,
                            const char* via)
{
    Chat& chat = open(name);
    const auto text_number =
        text_numbers_.emplace(text, static_cast<std::uint32_t>(text_numbers_.size())).first->second;
    if (++copies_[(std::uint64_t{chat.number} << 32U) | text_number] > 1)
        ++extra_;
    if (++chat.accepted == 1)
        ++reached_;
    Entry entry;
    entry.content = intern(content);
    entry.via = via;
    const std::int32_t id = add(chat, name, std::move(entry));
    accepted_at_us_.push_back(chat.entries.back().at_us);
    return id;
}

std::int32_t Ledger::hear(const std::string& name, const std::string& user, const std::string& content)
{
    Chat& chat = open(name);
    Entry entry;
    entry.content = intern(content);
    entry.user = user;
    entry.via = "heard";
    return add(chat, name, std::move(entry));
}

const std::vector<Entry>* Ledger::chat(const std::string& name) const
{
    const auto found = chats_.find(name);
    return found == chats_.end() ? nullptr : &found->second.entries;
}

Entry* Ledger::find(std::int32_t id, std::string* chat)
{
    const auto place = places_.find(id);
    if (place == places_.end())
        return nullptr;
    *chat = *place->second.chat;
    return &chats_.find(*chat)->second.entries[place->second.index];
}

std::unordered_map<std::string, std::uint64_t> Ledger::per_chat() const
{
    std::unordered_map<std::string, std::uint64_t> counts;
    for (const auto& [name, chat] : chats_)
        if (chat.accepted > 0)
            counts.emplace(name, chat.accepted);
    return counts;
}

} // namespace simulator
