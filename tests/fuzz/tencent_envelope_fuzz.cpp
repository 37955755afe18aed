#include "bot/doors/tencent/envelope.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;
using namespace bot::doors::tencent;

namespace {

const Credentials& credentials()
{
    static const Credentials one{"token", *MessageKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
                                 "receiver"};
    return one;
}

/// Rightly signed, so that what stands behind the signature is reached.
std::string signed_query(std::string_view encrypted)
{
    return "timestamp=1&nonce=2&msg_signature=" + sha1_sorted({"token", "1", "2", encrypted});
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::text_of(data, size);
    const std::size_t line = std::min(text.find('\n'), text.size());
    const auto forged =
        open_letter(credentials(), text.substr(0, line), text.substr(std::min(line + 1, size)));
    fuzz::promise(!forged);
    const auto behind = open_sealed(credentials(), signed_query(text), text);
    fuzz::promise(!behind || behind->size() <= text.size());
    (void)decrypt_media(credentials().key, text);
    const std::string sealed = encrypt(credentials().key, text, "receiver", "0123456789abcdef");
    const auto opened = decrypt_for(credentials().key, sealed, "receiver");
    fuzz::promise(opened && *opened == text);
    return 0;
}
