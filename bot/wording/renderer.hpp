#pragma once
#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace bot::wording {

/// The words of `templates/`: Mustache files by name. Loaded once, immutable, safe from any thread.
class Renderer {
public:
    /// Reads every `*.mustache` of `dir` (name = file name without the extension). Throws std::runtime_error
    /// naming the file when one is not well-formed.
    explicit Renderer(const std::filesystem::path& dir);

    /// Plain text for a chat: nothing is escaped, trailing line ends are cut. Throws std::out_of_range for a name
    /// that has no file.
    std::string text(const std::string& name, const nlohmann::json& context) const;
    std::string text(const std::string& name) const;

    /// A page: `{{x}}` is HTML-escaped.
    std::string html(const std::string& name, const nlohmann::json& context) const;

private:
    std::map<std::string, std::string> sources_;
};

} // namespace bot::wording
