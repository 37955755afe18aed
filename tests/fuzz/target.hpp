#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// What every fuzz target needs: the bytes as text, and a promise whose breach ends the run.
namespace fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

inline void promise(bool kept)
{
    if (!kept)
        std::abort();
}

} // namespace fuzz

/// libFuzzer calls this with whatever it made up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
