#include "bot/doors/tencent/fields.hpp"

#include "bot/core/json.hpp"
#include "bot/core/text.hpp"

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include <charconv>

namespace bot::doors::tencent {
namespace {

constexpr std::size_t most_bytes = 256 * 1024;
constexpr int deepest = 16;

/// Goes over the tags before any parser does. Foreign markup makes it end early.
class Inspection {
public:
    explicit Inspection(std::string_view raw) : rest_(raw) {}

    bool passes()
    {
        if (rest_.starts_with("<?xml ") && !skip_past("?>"))
            return false;
        while (!rest_.empty()) {
            const std::size_t open = std::min(rest_.find('<'), rest_.size());
            rest_.remove_prefix(open);
            if (!rest_.empty() && !take_markup())
                return false;
        }
        return true;
    }

private:
    bool take_markup()
    {
        if (rest_.starts_with("<![CDATA["))
            return skip_past("]]>");
        if (rest_.starts_with("<!") || rest_.starts_with("<?"))
            return false;
        const bool closes = rest_.starts_with("</");
        const std::size_t end = rest_.find('>');
        if (end == std::string_view::npos || rest_.find('<', 1) < end)
            return false;
        const bool is_empty = rest_.substr(0, end).ends_with('/');
        depth_ += closes ? -1 : is_empty ? 0 : 1;
        rest_.remove_prefix(end + 1);
        return depth_ >= 0 && depth_ <= deepest;
    }

    bool skip_past(std::string_view end)
    {
        const std::size_t at = rest_.find(end);
        if (at == std::string_view::npos)
            return false;
        rest_.remove_prefix(at + end.size());
        return true;
    }

    std::string_view rest_;
    int depth_ = 0;
};

/// All text below the node, however many pieces of CDATA it came in.
std::string text_of(const pugi::xml_node& node)
{
    std::string text;
    for (const pugi::xml_node& child : node)
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
            text += child.value();
    return text;
}

void collect(const pugi::xml_node& node, const std::string& prefix, Fields& fields)
{
    for (const pugi::xml_node& child : node) {
        if (child.type() != pugi::node_element)
            continue;
        const std::string name = prefix + child.name();
        fields.add(name, text_of(child));
        collect(child, name + "/", fields);
    }
}

Result<Fields> read_xml(std::string_view raw)
{
    pugi::xml_document document;
    if (!Inspection(raw).passes() ||
        !document.load_buffer(raw.data(), raw.size(), pugi::parse_default, pugi::encoding_utf8))
        return make_error_code(Errc::bad_payload);
    const pugi::xml_node root = document.document_element();
    if (!root || root.next_sibling() || root.previous_sibling())
        return make_error_code(Errc::bad_payload);
    Fields fields;
    collect(root, "", fields);
    return fields;
}

void collect(const nlohmann::json& object, const std::string& prefix, Fields& fields)
{
    for (const auto& [key, value] : object.items()) {
        const std::string name = prefix + key;
        if (value.is_object())
            collect(value, name + "/", fields);
        else if (value.is_string())
            fields.add(name, value.get<std::string>());
        else if (!value.is_null() && !value.is_array())
            fields.add(name, value.dump());
    }
}

} // namespace

const std::string& Fields::get(const std::string& name) const
{
    static const std::string nothing;
    const auto found = values_.find(name);
    return found == values_.end() ? nothing : found->second;
}

std::int64_t Fields::number(const std::string& name) const
{
    const std::string& text = get(name);
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc() && end == text.data() + text.size() ? value : 0;
}

double Fields::real(const std::string& name) const
{
    const std::string& text = get(name);
    double value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc() && end == text.data() + text.size() ? value : 0;
}

bool is_json(std::string_view raw)
{
    return text::trim(raw).starts_with('{');
}

Result<Fields> read_fields(std::string_view raw)
{
    if (raw.size() > most_bytes)
        return make_error_code(Errc::too_large);
    if (raw.find('\0') != std::string_view::npos || !text::is_utf8(raw))
        return make_error_code(Errc::bad_payload);
    if (!is_json(raw)) {
        auto fields = read_xml(text::trim(raw));
        return fields;
    }
    const auto payload = parse_json(raw);
    if (!payload || !payload->is_object())
        return make_error_code(Errc::bad_payload);
    Fields fields;
    collect(*payload, "", fields);
    return fields;
}

std::string cdata(std::string_view text)
{
    std::string out = "<![CDATA[";
    for (std::size_t at = text.find("]]>"); at != std::string_view::npos; at = text.find("]]>")) {
        out += text.substr(0, at + 2);
        out += "]]><![CDATA[";
        text.remove_prefix(at + 2);
    }
    out += text;
    return out + "]]>";
}

} // namespace bot::doors::tencent
