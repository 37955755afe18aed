#include "bot/core/text.hpp"
#include "bot/outreach/audience.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;

/// Either a condition or a reason; foreign words are bound, never part of the SQL.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto expression = fuzz::text_of(data, size);
    const auto audience = outreach::parse_audience(expression);
    fuzz::promise(audience.condition.has_value() == audience.error.message.empty());
    fuzz::promise(audience.error.position <= text::length(expression));
    return 0;
}
