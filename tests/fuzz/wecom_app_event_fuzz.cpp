#include "bot/core/json.hpp"
#include "bot/core/text.hpp"
#include "bot/doors/wecom_app/parse.hpp"
#include "bot/doors/wecom_app/send.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace bot;
using namespace bot::doors;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::text_of(data, size);
    if (const auto fields = tencent::read_fields(text)) {
        const auto event = wecom_app::to_event("account", *fields);
        fuzz::promise(event || event.error() == Errc::bad_payload);
        if (event)
            fuzz::promise(text::is_utf8(event->text) && text::is_utf8(event->sender.id));
    }
    const auto answer = json_or_null(text);
    if (!answer.is_object())
        return 0;
    wecom_app::GroupStates states;
    wecom_app::read_results(answer, states);
    (void)wecom_app::unreached(answer);
    (void)wecom_app::failed_groups(answer);
    (void)wecom_app::next_cursor(answer);
    return 0;
}
