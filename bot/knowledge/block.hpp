#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bot::knowledge {

/// Numbers that never change: made in memory, or lying in a mapped file whose pages come when they are first
/// read. Copies share them. Thread-safe.
template <class T> class Block {
public:
    Block() = default;

    explicit Block(std::vector<T> values)
    {
        const auto owner = std::make_shared<const std::vector<T>>(std::move(values));
        values_ = *owner;
        owner_ = owner;
    }

    /// `values` live as long as `owner`.
    Block(std::shared_ptr<const void> owner, std::span<const T> values)
        : owner_(std::move(owner)), values_(values)
    {
    }

    const T* data() const { return values_.data(); }
    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }
    const T& operator[](std::size_t place) const { return values_[place]; }
    const T& back() const { return values_.back(); }
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }
    std::span<const T> all() const { return values_; }

private:
    std::shared_ptr<const void> owner_;
    std::span<const T> values_;
};

} // namespace bot::knowledge
