#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace bot::knowledge {

/// What was worked out lately, by everything it depends on. At most twice `most` values are kept, and none
/// under a key of more than a kilobyte; what was not asked for again goes first. Thread-safe.
template <class Value> class Recent {
public:
    explicit Recent(std::size_t most) : most_(most) {}

    /// The value under `key`, made by `make()` when it is not there.
    template <class Make> Value get(const std::string& key, Make make)
    {
        if (key.size() > longest_key)
            return make();
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = young_.find(key); found != young_.end())
                return found->second;
            if (auto node = old_.extract(key)) {
                Value value = node.mapped();
                keep(key, value);
                return value;
            }
        }
        Value value = make();
        const std::lock_guard lock(mutex_);
        keep(key, value);
        return value;
    }

private:
    static constexpr std::size_t longest_key = 1024;

    void keep(const std::string& key, const Value& value)
    {
        if (young_.size() >= most_)
            old_ = std::exchange(young_, {});
        young_.emplace(key, value);
    }

    const std::size_t most_;
    std::mutex mutex_;
    std::unordered_map<std::string, Value> young_, old_;
};

} // namespace bot::knowledge
