#include "bot/config/config.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const config::Platforms platforms{{"one", {{"api", "rate"}, {"secret", "access_token"}}}};
    const auto loaded = config::load_text(fuzz::text_of(data, size), "x.toml", {{"TOKEN", "t"}}, platforms);
    for (const auto& problem : loaded.problems)
        fuzz::promise(problem.file == "x.toml" && !problem.message.empty());
    for (const auto& account : loaded.config.accounts)
        fuzz::promise(account.platform == "one" && !account.id.empty());
    return 0;
}
