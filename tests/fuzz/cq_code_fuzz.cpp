#include "bot/doors/onebot11/cq_code.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot::doors::onebot11;

/// What was read once is read again from what is written.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto segments = parse_cq(fuzz::text_of(data, size));
    fuzz::promise(parse_cq(serialise_cq(segments)) == segments);
    return 0;
}
