#pragma once
#include "bot/core/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bot::net {
class HttpClient;
}

namespace bot::advice {

struct AdviserSettings {
    std::string url;   ///< of an OpenAI-compatible API, as http://127.0.0.1:11434/v1
    std::string model; ///< as that API names it
    std::string key;   ///< sent as Bearer; empty = none
    std::chrono::milliseconds budget{1500};
};

/// Asks a language model which of a few close candidates a question means. It chooses among what we found and
/// writes nothing: whatever it says else is no choice. Late, wrong or missing, the house does as without it.
/// Phones and ID numbers are masked before a question leaves. Thread-safe.
class Adviser {
public:
    Adviser(net::HttpClient& client, const Clock& clock, AdviserSettings settings);

    /// The place of the title that fits, from 0 on; nothing when none does or no answer came within the
    /// budget. Never throws.
    boost::asio::awaitable<std::optional<std::size_t>> choose(std::string question,
                                                              std::vector<std::string> titles);

private:
    using Choice = std::optional<std::size_t>;

    std::optional<Choice> remembered(const std::string& key);
    bool is_resting();
    void note(const std::string& key, std::optional<Choice> choice);

    net::HttpClient& client_;
    const Clock& clock_;
    const AdviserSettings settings_;
    std::mutex mutex_;
    std::unordered_map<std::string, Choice> known_;
    int failures_ = 0; ///< in a row
    std::int64_t rests_until_ms_ = 0;
};

} // namespace bot::advice
