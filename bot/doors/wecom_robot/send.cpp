#include "bot/doors/wecom_robot/send.hpp"

#include "bot/doors/tencent/crypto.hpp"
#include "bot/doors/tencent/split.hpp"

#include <nlohmann/json.hpp>

#include <cctype>

namespace bot::doors::wecom_robot {
namespace {

using nlohmann::json;

/// Raw UTF-8: escapes would be shown as they stand.
std::string write(const json& body)
{
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string encode(std::string_view value)
{
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~')
            out += c;
        else {
            out += '%';
            out += "0123456789ABCDEF"[byte >> 4U];
            out += "0123456789ABCDEF"[byte & 15U];
        }
    }
    return out;
}

} // namespace

std::string send_path(std::string_view key)
{
    return "/cgi-bin/webhook/send?key=" + encode(key);
}

std::string upload_path(std::string_view key, std::string_view type)
{
    return "/cgi-bin/webhook/upload_media?key=" + encode(key) + "&type=" + std::string(type);
}

std::string text_message(const std::string& text, const std::vector<std::string>& mentions)
{
    json body{{"msgtype", "text"}, {"text", {{"content", text}}}};
    if (!mentions.empty())
        body["text"]["mentioned_list"] = mentions;
    return write(body);
}

std::string markdown_message(const std::string& markdown)
{
    return write({{"msgtype", "markdown"}, {"markdown", {{"content", markdown}}}});
}

std::string image_message(const std::string& bytes)
{
    return write({{"msgtype", "image"},
                  {"image", {{"base64", tencent::to_base64(bytes)}, {"md5", tencent::md5_hex(bytes)}}}});
}

std::string file_message(const std::string& media_id)
{
    return write({{"msgtype", "file"}, {"file", {{"media_id", media_id}}}});
}

std::string news_message(const std::vector<LinkCard>& cards)
{
    json articles = json::array();
    for (const LinkCard& card : cards) {
        if (articles.size() == 8)
            break;
        json article{{"title", tencent::prefix_bytes(card.title, 128)}, {"url", card.url}};
        if (!card.description.empty())
            article["description"] = tencent::prefix_bytes(card.description, 512);
        if (!card.picture_url.empty())
            article["picurl"] = card.picture_url;
        articles.push_back(std::move(article));
    }
    return write({{"msgtype", "news"}, {"news", {{"articles", std::move(articles)}}}});
}

std::string card_message(const LinkCard& card)
{
    json body{{"card_type", "text_notice"},
              {"main_title", {{"title", card.title}}},
              {"card_action", {{"type", 1}, {"url", card.url}}}};
    if (!card.description.empty())
        body["sub_title_text"] = card.description;
    return write({{"msgtype", "template_card"}, {"template_card", std::move(body)}});
}

std::vector<std::string> text_parts(const std::string& text)
{
    return tencent::split_bytes(text, text_bytes);
}

std::vector<std::string> bodies_of(const Outgoing& message)
{
    std::vector<std::string> bodies;
    const std::vector<std::string> mentions =
        message.mention.empty() ? std::vector<std::string>() : std::vector<std::string>{message.mention};
    if (!message.markdown.empty() && message.markdown.size() <= markdown_bytes && mentions.empty())
        bodies.push_back(markdown_message(message.markdown));
    else
        for (const std::string& part : text_parts(message.text))
            bodies.push_back(text_message(part, bodies.empty() ? mentions : std::vector<std::string>()));
    if (!message.picture.empty() && message.picture.size() <= picture_bytes)
        bodies.push_back(image_message(message.picture));
    if (message.card)
        bodies.push_back(message.card->picture_url.empty() ? card_message(*message.card)
                                                           : news_message({*message.card}));
    return bodies;
}

} // namespace bot::doors::wecom_robot
