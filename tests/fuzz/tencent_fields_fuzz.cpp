#include "bot/core/text.hpp"
#include "bot/doors/tencent/fields.hpp"
#include "bot/doors/tencent/split.hpp"
#include "bot/doors/wechat_mp/parse.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;
using namespace bot::doors;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::text_of(data, size);
    if (const auto fields = tencent::read_fields(text)) {
        const auto event = wechat_mp::to_event("account", *fields);
        fuzz::promise(event || event.error() == Errc::bad_payload);
        if (event)
            fuzz::promise(event->account == "account" && text::is_utf8(event->text) &&
                          text::is_utf8(event->sender.id));
    }
    if (text::is_utf8(text) && text.find('\0') == std::string_view::npos) {
        const auto fields = tencent::read_fields("<xml><A>" + tencent::cdata(text) + "</A></xml>");
        fuzz::promise(fields && (text.find('\r') != std::string_view::npos || fields->get("A") == text));
    }
    std::size_t together = 0;
    for (const std::string& part : tencent::split_bytes(text, 64)) {
        together += part.size();
        fuzz::promise(part.size() <= 64);
    }
    fuzz::promise(together == text.size());
    return 0;
}
