#include "bot/knowledge/library.hpp"
#include "tests/fuzz/target.hpp"

using namespace bot;

/// A card, or at least one problem that names the file.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    knowledge::Library library;
    library.laws["劳动法"] = {107, "2018 年修正"};
    knowledge::add_card(fuzz::text_of(data, size), "card.toml", library);
    fuzz::promise(library.cards.empty() != library.problems.empty());
    for (const auto& problem : library.problems)
        fuzz::promise(problem.file == "card.toml" && !problem.message.empty());
    return 0;
}
