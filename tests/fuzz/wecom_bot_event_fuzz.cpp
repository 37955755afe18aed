#include "bot/core/json.hpp"
#include "bot/core/text.hpp"
#include "bot/doors/wecom_bot/parse.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace bot;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::text_of(data, size);
    if (text::is_utf8(text))
        fuzz::promise(text::is_utf8(doors::wecom_bot::without_mention(text, "小助手")));
    const auto payload = parse_json(text);
    if (!payload)
        return 0;
    const auto heard = doors::wecom_bot::to_heard("account", *payload, "");
    fuzz::promise(heard || heard.error() == Errc::bad_payload);
    if (heard)
        fuzz::promise(heard->event.account == "account" && text::is_utf8(heard->event.text));
    return 0;
}
