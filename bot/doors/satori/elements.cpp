#include "bot/doors/satori/elements.hpp"

#include <charconv>
#include <optional>

namespace bot::doors::satori {
namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == ':' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::string utf8(unsigned code)
{
    std::string out;
    const auto add = [&out](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | code >> 6U);
        add(0x80 | (code & 63U));
    } else if (code < 0x10000) {
        add(0xE0 | code >> 12U);
        add(0x80 | (code >> 6U & 63U));
        add(0x80 | (code & 63U));
    } else {
        add(0xF0 | code >> 18U);
        add(0x80 | (code >> 12U & 63U));
        add(0x80 | (code >> 6U & 63U));
        add(0x80 | (code & 63U));
    }
    return out;
}

/// What stands between `&` and `;`; nothing for what is no reference.
std::optional<std::string> reference(std::string_view name)
{
    if (name == "amp")
        return "&";
    if (name == "lt")
        return "<";
    if (name == "gt")
        return ">";
    if (name == "quot")
        return "\"";
    if (name == "apos")
        return "'";
    if (name.size() < 2 || name[0] != '#')
        return std::nullopt;
    const bool hex = name[1] == 'x' || name[1] == 'X';
    name.remove_prefix(hex ? 2 : 1);
    unsigned code = 0;
    const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    const bool whole = ec == std::errc() && end == name.data() + name.size() && !name.empty();
    const bool is_character = code > 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    if (!whole || !is_character)
        return std::nullopt;
    return utf8(code);
}

std::string unescape(std::string_view text)
{
    std::string out;
    constexpr std::size_t longest = 10;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
        if (end != std::string_view::npos && end - at <= longest)
            if (const auto meant = reference(text.substr(at + 1, end - at - 1))) {
                out += *meant;
                at = end;
                continue;
            }
        out += text[at];
    }
    return out;
}

/// One tag, read from behind its `<`.
struct Tag {
    Element element;
    bool closes = false;   ///< `</…>`
    bool is_empty = false; ///< `<…/>`
};

class Reader {
public:
    explicit Reader(std::string_view content) : rest_(content) {}

    std::vector<Element> run()
    {
        open_.emplace_back();
        while (!rest_.empty()) {
            const std::size_t text = std::min(rest_.find('<'), rest_.size());
            add_text(rest_.substr(0, text));
            rest_.remove_prefix(text);
            if (rest_.empty())
                break;
            if (auto tag = read_tag())
                take(std::move(*tag));
            else { // a lone `<` is a character
                add_text("<");
                rest_.remove_prefix(1);
            }
        }
        while (open_.size() > 1)
            close();
        return std::move(open_.front().children);
    }

private:
    void add_text(std::string_view raw)
    {
        if (raw.empty())
            return;
        std::vector<Element>& siblings = open_.back().children;
        std::string words = unescape(raw);
        if (!siblings.empty() && siblings.back().type == "text")
            siblings.back().attributes.front().second += words;
        else
            siblings.push_back({"text", {{"content", std::move(words)}}, {}});
    }

    void take(Tag tag)
    {
        if (tag.closes) {
            std::size_t depth = open_.size();
            while (depth > 1 && open_[depth - 1].type != tag.element.type)
                --depth;
            while (depth > 1 && open_.size() >= depth)
                close();
        } else if (tag.is_empty || open_.size() > deepest_element) {
            open_.back().children.push_back(std::move(tag.element));
        } else {
            open_.push_back(std::move(tag.element));
        }
    }

    void close()
    {
        Element done = std::move(open_.back());
        open_.pop_back();
        open_.back().children.push_back(std::move(done));
    }

    /// Nothing, and nothing taken, when no tag begins here.
    std::optional<Tag> read_tag()
    {
        std::string_view text = rest_.substr(1);
        Tag tag;
        if (text.starts_with("!--")) { // a comment says nothing
            const std::size_t end = text.find("-->");
            if (end == std::string_view::npos)
                return std::nullopt;
            rest_ = text.substr(end + 3);
            tag.closes = true;
            return tag;
        }
        tag.closes = text.starts_with('/');
        text.remove_prefix(tag.closes ? 1 : 0);
        tag.element.type = name(text);
        if (tag.element.type.empty() || tag.element.type == "text" || !attributes(text, tag))
            return std::nullopt;
        rest_ = text;
        return tag;
    }

    static std::string name(std::string_view& text)
    {
        std::size_t size = 0;
        while (size < text.size() && is_name(text[size]))
            ++size;
        std::string found(text.substr(0, size));
        text.remove_prefix(size);
        return found;
    }

    static void skip_blanks(std::string_view& text)
    {
        while (!text.empty() && is_blank(text.front()))
            text.remove_prefix(1);
    }

    /// Up to and with `>`; false when there is none.
    static bool attributes(std::string_view& text, Tag& tag)
    {
        for (;;) {
            skip_blanks(text);
            if (text.starts_with("/>")) {
                tag.is_empty = true;
                text.remove_prefix(2);
                return true;
            }
            if (text.starts_with('>')) {
                text.remove_prefix(1);
                return true;
            }
            std::string key = name(text);
            if (key.empty())
                return false;
            std::string value = "true";
            if (text.starts_with('=') && !quoted(text, value))
                return false;
            tag.element.attributes.emplace_back(std::move(key), std::move(value));
        }
    }

    static bool quoted(std::string_view& text, std::string& value)
    {
        if (text.size() < 2 || (text[1] != '"' && text[1] != '\''))
            return false;
        const std::size_t end = text.find(text[1], 2);
        if (end == std::string_view::npos)
            return false;
        value = unescape(text.substr(2, end - 2));
        text.remove_prefix(end + 1);
        return true;
    }

    std::string_view rest_;
    std::vector<Element> open_;
};

std::string escape(std::string_view text, bool quotes)
{
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"' && quotes)
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

} // namespace

std::string_view Element::get(std::string_view name) const
{
    for (const auto& [key, value] : attributes)
        if (key == name)
            return value;
    return {};
}

std::vector<Element> parse_elements(std::string_view content)
{
    return Reader(content).run();
}

std::string escape_text(std::string_view text)
{
    return escape(text, false);
}

std::string escape_attribute(std::string_view value)
{
    return escape(value, true);
}

} // namespace bot::doors::satori
