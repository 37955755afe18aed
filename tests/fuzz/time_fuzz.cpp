#include "bot/core/time.hpp"
#include "tests/fuzz/target.hpp"

#include <string>

using namespace bot;

/// What is a time is written and read again, to the second.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto at = parse_time_ms(std::string(fuzz::text_of(data, size)));
    if (at && *at >= 0)
        fuzz::promise(parse_time_ms(format_time(*at)) == at);
    return 0;
}
