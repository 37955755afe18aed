#include "bot/net/http.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    for (const bool plus_is_blank : {false, true})
        fuzz::promise(net::percent_decode(text, plus_is_blank).size() <= size);
    const auto value = net::form_value(text, "name");
    fuzz::promise(!value || value->size() <= size);
    net::form_value(text, "");
    net::problem(400, text, text);
    return 0;
}
