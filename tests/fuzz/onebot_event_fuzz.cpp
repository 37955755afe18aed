#include "bot/core/text.hpp"
#include "bot/doors/onebot11/parse.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace bot;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto payload = parse_json(fuzz::text_of(data, size));
    if (!payload)
        return 0;
    const auto event = doors::onebot11::to_event("account", *payload);
    fuzz::promise(event || event.error() == Errc::bad_payload);
    if (event)
        fuzz::promise(event->account == "account" && text::is_utf8(event->text));
    return 0;
}
