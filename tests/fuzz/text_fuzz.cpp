#include "bot/core/text.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto raw = fuzz::text_of(data, size);
    const std::string normal = text::normalise(raw), line = text::for_log(raw);
    fuzz::promise(text::is_utf8(normal) && text::is_utf8(line) && text::is_utf8(text::simplify(raw)));
    fuzz::promise(line.find_first_of(std::string_view("\r\n\x1b\0", 4)) == std::string::npos);
    fuzz::promise(text::length(text::prefix(normal, 3)) <= 3 && normal.starts_with(text::prefix(normal, 3)));
    const auto number = text::as_number(raw);
    fuzz::promise(!number || *number >= 0);
    return 0;
}
