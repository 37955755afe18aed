#include "bot/core/text.hpp"
#include "bot/doors/qq/classify.hpp"
#include "bot/doors/qq/keyboard.hpp"
#include "bot/doors/qq/links.hpp"
#include "bot/doors/qq/parse.hpp"
#include "bot/doors/qq/windows.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace bot;
using namespace bot::doors;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::text_of(data, size);
    qq::Answer answer;
    answer.transport = qq::Transport::answered;
    answer.status = 200;
    answer.body = std::string(bytes);
    fuzz::promise(!qq::classify(answer).delivered() || !bytes.empty());
    qq::read_token(answer);
    if (const auto places = qq::Places::parse(bytes))
        fuzz::promise(qq::Places::parse(places->text()).has_value());
    qq::linked_hosts(bytes);
    qq::keyboard_of(qq::choices_of(bytes));
    const auto payload = parse_json(bytes);
    if (!payload)
        return 0;
    const auto heard = qq::read_request("account", *payload);
    fuzz::promise(heard || heard.error() == Errc::bad_payload);
    if (heard)
        fuzz::promise(heard->event.account == "account" && text::is_utf8(heard->event.text));
    return 0;
}
