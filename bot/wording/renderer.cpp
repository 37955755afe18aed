#include "bot/wording/renderer.hpp"

#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace bot::wording {
namespace {

namespace mustache = kainjow::mustache;

mustache::data to_data(const nlohmann::json& value)
{
    switch (value.type()) {
    case nlohmann::json::value_t::object: {
        mustache::data object(mustache::data::type::object);
        for (const auto& [key, inner] : value.items())
            object[key] = to_data(inner);
        return object;
    }
    case nlohmann::json::value_t::array: {
        mustache::data list(mustache::data::type::list);
        for (const auto& inner : value)
            list.push_back(to_data(inner));
        return list;
    }
    case nlohmann::json::value_t::boolean:
        return value.get<bool>() ? mustache::data::type::bool_true : mustache::data::type::bool_false;
    case nlohmann::json::value_t::null: return mustache::data::type::bool_false;
    case nlohmann::json::value_t::string: {
        const auto& text = value.get_ref<const std::string&>();
        if (text.empty())
            return mustache::data::type::bool_false;
        return mustache::data(text);
    }
    default: return mustache::data(value.dump());
    }
}

std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

mustache::mustache parse(const std::string& source)
{
    mustache::mustache parsed(source);
    if (!parsed.is_valid())
        throw std::runtime_error(parsed.error_message());
    return parsed;
}

void escape_nothing(mustache::mustache& parsed)
{
    parsed.set_custom_escape([](const std::string& plain) { return plain; });
}

std::string render(mustache::mustache& parsed, const nlohmann::json& context)
{
    std::string rendered;
    parsed.render(to_data(context), [&rendered](const std::string& part) { rendered += part; });
    return rendered;
}

std::string without_line_ends(std::string text)
{
    text.erase(text.find_last_not_of("\r\n ") + 1);
    return text;
}

} // namespace

/// The library's `render` is not const, yet without lambdas and partials it only reads: so threads may share
/// one.
struct Renderer::Templates {
    std::map<std::string, std::unique_ptr<mustache::mustache>> plain, pages;

    static std::shared_ptr<const Templates> read(const std::filesystem::path& dir)
    {
        if (!std::filesystem::is_directory(dir))
            throw std::runtime_error("no directory of templates at " + dir.string());
        auto templates = std::make_shared<Templates>();
        for (const auto& entry : std::filesystem::directory_iterator(dir))
            if (entry.path().extension() == ".mustache")
                templates->add(entry.path());
        return templates;
    }

private:
    void add(const std::filesystem::path& file)
    {
        const std::string source = read_file(file), name = file.stem().string();
        try {
            pages[name] = std::make_unique<mustache::mustache>(parse(source));
            plain[name] = std::make_unique<mustache::mustache>(parse(source));
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(file.string() + ": " + error.what());
        }
        escape_nothing(*plain[name]);
    }
};

Renderer::Renderer(std::filesystem::path dir) : dir_(std::move(dir)), templates_(Templates::read(dir_)) {}

void Renderer::reload()
{
    auto fresh = Templates::read(dir_);
    const std::lock_guard lock(mutex_);
    templates_ = std::move(fresh);
}

std::shared_ptr<const Renderer::Templates> Renderer::snapshot() const
{
    const std::lock_guard lock(mutex_);
    return templates_;
}

std::string Renderer::text(const std::string& name, const nlohmann::json& context) const
{
    const auto templates = snapshot();
    return without_line_ends(render(*templates->plain.at(name), context));
}

std::string Renderer::text(const std::string& name) const
{
    return text(name, nlohmann::json::object());
}

std::string Renderer::html(const std::string& name, const nlohmann::json& context) const
{
    const auto templates = snapshot();
    return render(*templates->pages.at(name), context);
}

std::string Renderer::fill(const std::string& source, const nlohmann::json& context)
{
    if (source.find("{{") == std::string::npos)
        return without_line_ends(source);
    mustache::mustache parsed = parse(source);
    escape_nothing(parsed);
    return without_line_ends(render(parsed, context));
}

} // namespace bot::wording
