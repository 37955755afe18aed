#pragma once
#include "bot/core/event.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bot::doors::sandbox {

enum class LineKind { person, answer, notice, remark };

/// One line of a virtual chat. `number` grows with every change over all chats, so that a stream can resume
/// from it; `place` is the number the line was born with, which orders a chat.
struct Line {
    std::int64_t number = 0, place = 0;
    Chat chat;
    LineKind kind = LineKind::person;
    std::string message_id;
    std::string key; ///< the page's own handle of what it sent; a second line with it is never made
    std::string person, name, role;
    std::string text;
    std::string media;  ///< kind of a picture or file that came instead of words
    std::string note;   ///< what happened to this line, in plain Chinese: a limit that was felt, or a silence
    std::string quotes; ///< the message that this one answers
    std::int64_t time_ms = 0;
    bool mention = false;
    bool heard = false; ///< reached the bot under the record of its time
    bool thinking = false;
    bool recalled = false;
    int answers = 0;             ///< sent by the bot within this message's reply window
    bool carried_notice = false; ///< a waiting notice used this message's reply window
};

/// The lines of all chats, the last `per_chat` of each. Thread-safe.
class ChatLog {
public:
    explicit ChatLog(std::size_t per_chat) : per_chat_(per_chat) {}

    /// Gives the line its numbers; `message_id` is made from them and the time.
    Line append(Line line);
    /// Lets `edit` change a line and numbers it anew; nothing when it is no longer kept. `edit` must not call
    /// back.
    std::optional<Line> change(const std::string& message_id, const std::function<void(Line&)>& edit);

    std::optional<Line> find(const std::string& message_id) const;
    std::optional<Line> find_key(const std::string& person, const std::string& key) const;
    /// Lines that are new or changed since `number`, in that order.
    std::vector<Line> after(std::int64_t number) const;
    /// The newest line of each group that the bot heard and nobody took back.
    std::vector<Line> last_heard() const;
    bool holds_text(const Chat& chat, std::string_view text, std::int64_t since_ms) const;
    std::int64_t last_number() const;
    std::size_t size() const;

private:
    void forget_oldest(const Chat& chat);

    const std::size_t per_chat_;
    mutable std::mutex mutex_;
    std::deque<Line> lines_; ///< by `number`
    std::int64_t last_number_ = 0;
};

} // namespace bot::doors::sandbox
