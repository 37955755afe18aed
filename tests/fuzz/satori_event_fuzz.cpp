#include "bot/core/text.hpp"
#include "bot/doors/satori/elements.hpp"
#include "bot/doors/satori/parse.hpp"
#include "bot/doors/satori/send.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace bot;
using namespace bot::doors;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::text_of(data, size);
    satori::parse_elements(bytes);
    const auto typed = satori::parse_elements(satori::escape_text(bytes));
    fuzz::promise(typed.size() == (bytes.empty() ? 0U : 1U) &&
                  (bytes.empty() || typed[0].get("content") == bytes));
    satori::classify(satori::Transport::answered, 200, bytes);
    const auto payload = parse_json(bytes);
    if (!payload)
        return 0;
    const auto heard = satori::read_event("account", *payload);
    fuzz::promise(heard || heard.error() == Errc::bad_payload);
    if (heard)
        fuzz::promise(heard->event.account == "account" && text::is_utf8(heard->event.text));
    return 0;
}
