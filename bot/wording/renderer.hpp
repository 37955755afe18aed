#pragma once
#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace bot::wording {

/// The words of `templates/`: Mustache files by name. An immutable set that `reload` replaces whole.
/// Thread-safe.
class Renderer {
public:
    /// Reads every `*.mustache` of `dir` (name = file name without the extension). Throws std::runtime_error
    /// naming the file when one is not well-formed.
    explicit Renderer(std::filesystem::path dir);

    /// Reads the directory anew; throws like the constructor, and then the old words stay.
    void reload();

    /// Plain text for a chat: nothing is escaped, trailing line ends are cut. Throws std::out_of_range for a
    /// name that has no file.
    std::string text(const std::string& name, const nlohmann::json& context) const;
    std::string text(const std::string& name) const;

    /// A page: `{{x}}` is HTML-escaped.
    std::string html(const std::string& name, const nlohmann::json& context) const;

    /// Words that stand in a file of their own, as a card's: plain text, like `text`. Throws
    /// std::runtime_error when `source` is not well-formed.
    static std::string fill(const std::string& source, const nlohmann::json& context);

private:
    struct Templates; ///< parsed once

    std::shared_ptr<const Templates> snapshot() const;

    const std::filesystem::path dir_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Templates> templates_;
};

} // namespace bot::wording
