#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace bot::storage {

/// A question that the bot could not settle by itself, or an answer that somebody called wrong. `text` is
/// masked.
struct AskedQuestion {
    std::int64_t id = 0;
    std::string account, chat;
    std::string chat_type; ///< group, direct
    std::string message_id;
    std::string text;
    std::string action;         ///< clarify, handoff, disliked
    std::string topic;          ///< the best guess, or the topic of the disliked answer
    std::string state = "open"; ///< open, attached (a card answers it now), not_ours
    std::int64_t at_ms = 0;
};

bool insert_questions(soci::session& sql, const std::vector<AskedQuestion>& rows);
/// Newest first.
std::vector<AskedQuestion> list_questions(soci::session& sql, const std::string& state, std::int64_t since_ms,
                                          int limit);
/// Moves those of `ids` that are open; returns them as they were, each once whoever asks first.
std::vector<AskedQuestion> settle_questions(soci::session& sql, const std::vector<std::int64_t>& ids,
                                            const std::string& state, const std::string& topic);
/// Everything that was asked in one chat, because its person wants nothing kept.
void forget_chat(soci::session& sql, const std::string& account, const std::string& chat);
/// Forgets what is older; raw words are kept for 30 days at most.
void forget_questions(soci::session& sql, std::int64_t before_ms);

} // namespace bot::storage
