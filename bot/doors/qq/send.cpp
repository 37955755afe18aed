#include "bot/doors/qq/send.hpp"

#include "bot/core/text.hpp"
#include "bot/doors/qq/keyboard.hpp"
#include "bot/doors/qq/parse.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::qq {
namespace {

using nlohmann::json;

/// An id in a path; whatever is no unreserved character of RFC 3986 is escaped.
std::string in_path(std::string_view id)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : id) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
            c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

bool is_text_end(std::string_view before)
{
    for (const std::string_view end : {"\n", "。", "！", "？", "；", "!", "?"})
        if (before.ends_with(end))
            return true;
    return false;
}

} // namespace

Call message_call(const Part& part)
{
    json body;
    if (part.markdown) {
        body = {{"msg_type", 2}, {"markdown", {{"content", as_markdown(part.text)}}}};
        if (const auto choices = choices_of(part.text); !choices.empty())
            body["keyboard"] = keyboard_of(choices);
    } else {
        body = {{"msg_type", 0}, {"content", part.text}};
    }
    if (part.reply_to.starts_with(event_prefix))
        body["event_id"] = part.reply_to.substr(event_prefix.size());
    else if (!part.reply_to.empty())
        body["msg_id"] = part.reply_to;
    if (!part.reply_to.empty())
        body["msg_seq"] = part.sequence;
    const std::string room = part.chat.type == ChatType::group ? "/v2/groups/" : "/v2/users/";
    return {"POST", room + in_path(part.chat.id) + "/messages", body.dump()};
}

Call acknowledge_call(const std::string& interaction)
{
    return {"PUT", "/interactions/" + in_path(interaction), R"({"code":0})"};
}

Call token_call(const std::string& app_id, const std::string& secret)
{
    return {"POST", "", json{{"appId", app_id}, {"clientSecret", secret}}.dump()};
}

std::vector<std::string> split_text(std::string_view text, std::size_t limit)
{
    std::vector<std::string> parts;
    while (text::length(text) > limit) {
        std::size_t cut = text::prefix(text, limit).size();
        for (std::size_t at = cut; at > cut / 2; --at)
            if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && is_text_end(text.substr(0, at))) {
                cut = at;
                break;
            }
        parts.emplace_back(text.substr(0, cut));
        text.remove_prefix(cut);
    }
    if (!text.empty() || parts.empty())
        parts.emplace_back(text);
    return parts;
}

} // namespace bot::doors::qq
