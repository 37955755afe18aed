#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bot::knowledge {

/// Answers that were rendered already, by everything they depend on: a card says the same to everyone until
/// its words, figures or day change. Bounded; thread-safe.
class Shelf {
public:
    /// The text under `key`, made by `make()` when it is not there.
    template <class Make> std::string get(const std::string& key, Make make)
    {
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = texts_.find(key); found != texts_.end())
                return found->second;
        }
        std::string text = make();
        const std::lock_guard lock(mutex_);
        if (texts_.size() >= most_texts)
            texts_.clear();
        texts_.emplace(key, text);
        return text;
    }

private:
    static constexpr std::size_t most_texts = 2'000;

    std::mutex mutex_;
    std::unordered_map<std::string, std::string> texts_;
};

} // namespace bot::knowledge
