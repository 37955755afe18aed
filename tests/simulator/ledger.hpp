#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace simulator {

/// Where a message goes: `g:` and a group id, or `p:` and a person's id.
std::string group_chat(const std::string& id);
std::string private_chat(const std::string& id);

/// One message that stands in a chat.
struct Entry {
    std::int64_t at_us = 0; ///< microseconds UTC
    std::int32_t id = 0;
    std::uint32_t content = 0; ///< of `Ledger::content`
    std::string user;          ///< who said it; empty = the bot
    const char* via = "";      ///< how it was handed in: http, socket, quick, notice, heard
    bool deleted = false;
};

/// The truth about what the platform accepted. Everything a bot handed in is counted, nothing is ever
/// forgotten.
class Ledger {
public:
    explicit Ledger(std::uint64_t seed);

    /// Records a message of the bot and returns its id. `content` is the platform's own form, `text` what
    /// people read.
    std::int32_t accept(const std::string& chat, const std::string& content, const std::string& text,
                        const char* via);
    /// Puts somebody else's message into the chat; it is not counted.
    std::int32_t hear(const std::string& chat, const std::string& user, const std::string& content);
    /// A message id that was never given before: 32 bits, signed, not ordered.
    std::int32_t new_message_id();

    const std::vector<Entry>* chat(const std::string& chat) const;
    /// The message and its chat, or nothing.
    Entry* find(std::int32_t id, std::string* chat);
    const std::string& content(std::uint32_t index) const { return contents_[index]; }

    std::uint64_t accepted() const { return accepted_at_us_.size(); }
    /// Chats that got at least one message.
    std::uint64_t reached() const { return reached_; }
    /// Sum over chat and text of the copies beyond the first.
    std::uint64_t extra() const { return extra_; }
    const std::vector<std::int64_t>& accepted_at_us() const { return accepted_at_us_; }
    /// Chats of the bot's messages and how many each got.
    std::unordered_map<std::string, std::uint64_t> per_chat() const;

private:
    struct Chat {
        std::uint32_t number = 0;
        std::uint64_t accepted = 0;
        std::vector<Entry> entries;
    };
    struct Place {
        const std::string* chat = nullptr;
        std::size_t index = 0;
    };

    Chat& open(const std::string& chat);
    std::uint32_t intern(const std::string& content);
    std::int32_t add(Chat& chat, const std::string& name, Entry entry);

    std::uint32_t next_id_;
    std::unordered_map<std::string, Chat> chats_;
    std::unordered_map<std::int32_t, Place> places_;
    std::deque<std::string> contents_;
    std::unordered_map<std::string, std::uint32_t> content_numbers_;
    std::unordered_map<std::string, std::uint32_t> text_numbers_;
    std::unordered_map<std::uint64_t, std::uint32_t> copies_; ///< chat number and text number → how often
    std::vector<std::int64_t> accepted_at_us_;
    std::uint64_t reached_ = 0;
    std::uint64_t extra_ = 0;
};

/// Microseconds UTC.
std::int64_t now_us();

} // namespace simulator
