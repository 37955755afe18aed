#include "tests/simulator/wecom/robot.hpp"

#include "tests/simulator/wecom/answer.hpp"

#include <openssl/evp.h>

#include <array>
#include <vector>

namespace simulator::wecom {
namespace {

using nlohmann::json;

struct Verdict {
    int errcode = 0;
    std::string words;
    std::string text; ///< what people read
};

Verdict wrong(int errcode, std::string words)
{
    return {errcode, std::move(words), {}};
}

std::string md5_of(const std::string& bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
        for (const unsigned shift : {4U, 0U})
            hex += "0123456789abcdef"[(unsigned{digest[i]} >> shift) & 15U];
    return hex;
}

std::string decoded(const std::string& base64)
{
    std::vector<unsigned char> out(base64.size() + 4);
    const int size = EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(base64.data()),
                                     static_cast<int>(base64.size()));
    int padding = 0;
    while (padding < 2 && base64.size() > 2 &&
           base64[base64.size() - 1 - static_cast<std::size_t>(padding)] == '=')
        ++padding;
    return size < padding ? std::string() : std::string(out.begin(), out.begin() + size - padding);
}

Verdict judge_words(const json& body, const char* type, std::size_t limit)
{
    if (!body.contains(type) || !body[type].is_object() || !body[type].contains("content") ||
        !body[type]["content"].is_string())
        return wrong(44004, "empty content");
    const std::string text = body[type]["content"];
    if (text.empty())
        return wrong(44004, "empty content");
    if (text.size() > limit)
        return wrong(40058, "content exceed max length");
    return {0, "ok", text};
}

Verdict judge_image(const json& body)
{
    const json image = body.value("image", json::object());
    const std::string bytes = decoded(image.value("base64", ""));
    if (bytes.empty() || bytes.size() > 2U * 1024 * 1024)
        return wrong(40009, "invalid image size");
    if (md5_of(bytes) != image.value("md5", ""))
        return wrong(301019, "media MD5 does not match");
    return {0, "ok", "[图片]"};
}

Verdict judge_news(const json& body)
{
    const json articles = body.value("news", json::object()).value("articles", json::array());
    if (articles.empty() || articles.size() > 8)
        return wrong(45008, "article count out of limit");
    std::string text;
    for (const json& article : articles) {
        if (article.value("title", "").empty() || article.value("title", "").size() > 128)
            return wrong(45003, "title out of limit");
        const std::string url = article.value("url", "");
        if (!url.starts_with("http://") && !url.starts_with("https://"))
            return wrong(45034, "url without scheme");
        text += article.value("title", "");
    }
    return {0, "ok", text};
}

Verdict judge_card(const json& body)
{
    const json card = body.value("template_card", json::object());
    const std::string type = card.value("card_type", "");
    if ((type != "text_notice" && type != "news_notice") || !card.contains("card_action"))
        return wrong(40008, "invalid message type");
    return {0, "ok", card.value("main_title", json::object()).value("title", "")};
}

Verdict judge(const std::string& raw)
{
    const json body = json::parse(raw, nullptr, false);
    if (!body.is_object())
        return wrong(47001, "data format error");
    if (has_escapes(raw))
        return wrong(40033, "invalid charset, use raw UTF-8");
    const std::string type = body.value("msgtype", "");
    if (type == "text")
        return judge_words(body, "text", 2048);
    if (type == "markdown" || type == "markdown_v2")
        return judge_words(body, type.c_str(), 4096);
    if (type == "image")
        return judge_image(body);
    if (type == "news")
        return judge_news(body);
    if (type == "template_card")
        return judge_card(body);
    if (type == "file" || type == "voice")
        return {0, "ok", "[" + type + "]"};
    return wrong(40008, "invalid message type");
}

} // namespace

Robot::Robot(World& world) : world_(world)
{
    world_.limits.set(
        json::array({{{"scope", "chat"}, {"count", 20}, {"window_ms", 60'000}, {"penalty_ms", 60'000}}}));
}

asio::awaitable<Response> Robot::serve(Request request)
{
    const std::string key = query_value(request.query, "key").value_or("");
    Response response;
    if (request.method != "POST")
        response = say(43002, "require POST method");
    else if (request.path == "/cgi-bin/webhook/send")
        response = send(key, request.body);
    else if (request.path == "/cgi-bin/webhook/upload_media")
        response = upload(key, request);
    else
        response.status = 404;
    co_return response;
}

Response Robot::send(const std::string& key, const std::string& raw)
{
    auto flight = std::make_shared<Flight>(world_);
    if (key.empty() || !world_.chats.is_member(key)) {
        ++world_.unauthorised;
        return say(93000, "invalid webhook url");
    }
    const Fate fate = world_.faults.draw(true);
    Response response;
    if (fate.kind == Fate::Kind::error) {
        response = say(fate.retcode, fate.words);
    } else if (fate.records()) {
        const Verdict verdict = judge(raw);
        if (verdict.errcode != 0)
            return say(verdict.errcode, verdict.words);
        if (!world_.limits.admit(group_chat(key)))
            return say(45009, "api freq out of limit");
        world_.ledger.accept(group_chat(key), raw, verdict.text, "http");
        response = say(0, "ok");
    }
    return with_fate(std::move(response), fate, std::move(flight));
}

Response Robot::upload(const std::string& key, const Request& request)
{
    if (key.empty() || !world_.chats.is_member(key))
        return say(93000, "invalid webhook url");
    const bool is_form =
        header(request.headers, "Content-Type").starts_with("multipart/form-data; boundary=");
    if (!is_form || request.body.find("name=\"media\"") == std::string::npos || request.body.size() < 5)
        return say(41005, "missing media data");
    return say(0, "ok", {{"type", "file"}, {"media_id", "M" + std::to_string(++uploads_)}});
}

asio::awaitable<std::optional<json>> Robot::control(std::string, json)
{
    co_return std::nullopt;
}

} // namespace simulator::wecom
