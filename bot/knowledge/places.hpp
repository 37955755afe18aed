#pragma once
#include "bot/knowledge/block.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bot::knowledge {

/// Where names of features stand in a sorted list. They are hashes, spread evenly, so their upper bits lead
/// to a handful of neighbours. Immutable, thread-safe.
class Places {
public:
    Places() : Places(Block<std::uint32_t>()) {}

    /// `names` must be sorted, each once.
    explicit Places(Block<std::uint32_t> names) : names_(std::move(names))
    {
        constexpr std::size_t neighbours = 8;
        shift_ = 31U - static_cast<unsigned>(std::bit_width(names_.size() / neighbours));
        from_.reserve((0xFFFFFFFFU >> shift_) + 2U);
        std::uint32_t place = 0;
        for (std::uint64_t bucket = 0; bucket <= 0xFFFFFFFFU >> shift_; ++bucket) {
            from_.push_back(place);
            while (place < names_.size() && names_[place] >> shift_ == bucket)
                ++place;
        }
        from_.push_back(place);
    }

    /// The place of `name`; `size()` when it is not there.
    std::size_t find(std::uint32_t name) const
    {
        const std::size_t bucket = name >> shift_;
        for (std::size_t place = from_[bucket]; place < from_[bucket + 1]; ++place)
            if (names_[place] == name)
                return place;
        return names_.size();
    }

    std::size_t size() const { return names_.size(); }
    const Block<std::uint32_t>& names() const { return names_; }

private:
    Block<std::uint32_t> names_;
    std::vector<std::uint32_t> from_; ///< the first place of each bucket, closed by one more
    unsigned shift_ = 31;             ///< a name without its lowest so many bits is its bucket
};

} // namespace bot::knowledge
