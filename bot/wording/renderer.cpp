#include "bot/wording/renderer.hpp"

#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
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
            object.set(key, to_data(inner));
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

using Sources = std::map<std::string, std::string>;

std::shared_ptr<const Sources> read_all(const std::filesystem::path& dir)
{
    if (!std::filesystem::is_directory(dir))
        throw std::runtime_error("no directory of templates at " + dir.string());
    auto sources = std::make_shared<Sources>();
    for (const auto& entry : std::filesystem::directory_iterator(dir)) {
        if (entry.path().extension() != ".mustache")
            continue;
        std::string source = read_file(entry.path());
        const mustache::mustache parsed(source);
        if (!parsed.is_valid())
            throw std::runtime_error(entry.path().string() + ": " + parsed.error_message());
        sources->emplace(entry.path().stem().string(), std::move(source));
    }
    return sources;
}

} // namespace

Renderer::Renderer(std::filesystem::path dir) : dir_(std::move(dir)), sources_(read_all(dir_)) {}

void Renderer::reload()
{
    auto fresh = read_all(dir_);
    const std::lock_guard lock(mutex_);
    sources_ = std::move(fresh);
}

std::shared_ptr<const Sources> Renderer::snapshot() const
{
    const std::lock_guard lock(mutex_);
    return sources_;
}

std::string Renderer::text(const std::string& name, const nlohmann::json& context) const
{
    return fill(snapshot()->at(name), context);
}

std::string Renderer::text(const std::string& name) const
{
    return text(name, nlohmann::json::object());
}

std::string Renderer::html(const std::string& name, const nlohmann::json& context) const
{
    mustache::mustache parsed(snapshot()->at(name));
    return parsed.render(to_data(context));
}

std::string Renderer::fill(const std::string& source, const nlohmann::json& context)
{
    mustache::mustache parsed(source);
    if (!parsed.is_valid())
        throw std::runtime_error(parsed.error_message());
    parsed.set_custom_escape([](const std::string& plain) { return plain; });
    std::string rendered = parsed.render(to_data(context));
    rendered.erase(rendered.find_last_not_of("\r\n ") + 1);
    return rendered;
}

} // namespace bot::wording
