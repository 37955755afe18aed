#include "bot/core/text.hpp"
#include "bot/doors/onebot12/parse.hpp"
#include "bot/doors/onebot12/send.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace bot;
using namespace bot::doors;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::text_of(data, size);
    onebot12::classify(onebot12::Transport::answered, 200, bytes);
    const auto payload = parse_json(bytes);
    if (!payload)
        return 0;
    const auto heard = onebot12::read_event("account", *payload);
    fuzz::promise(heard || heard.error() == Errc::bad_payload);
    if (heard)
        fuzz::promise(heard->event.account == "account" && text::is_utf8(heard->event.text));
    return 0;
}
