#include "handlers/registry.hpp"

#include "bot/core/text.hpp"

namespace handlers {
namespace {

/// Cuts `name` and the punctuation behind it from the front; false when the text does not start with it.
bool cut_name(std::string& text, const std::string& name)
{
    std::string_view rest = text;
    if (rest.starts_with("@"))
        rest.remove_prefix(1);
    if (name.empty() || !rest.starts_with(name))
        return false;
    rest.remove_prefix(name.size());
    for (bool cut = true; cut;) {
        cut = false;
        rest = bot::text::trim(rest);
        for (const std::string_view mark : {"，", ",", "：", ":", "、", "！", "!"})
            if (rest.starts_with(mark)) {
                rest.remove_prefix(mark.size());
                cut = true;
            }
    }
    text = std::string(rest);
    return true;
}

/// Whether the event asks for an answer although nobody wrote a word: who comes in is shown the menu, who
/// picks an entry is taken to have said it.
bool takes_for_words(bot::Event& event)
{
    using bot::Happening;
    const Happening happening = event.happening;
    if (event.kind != bot::EventKind::notice)
        return false;
    if (happening == Happening::menu_click || happening == Happening::card_action) {
        event.text = event.key;
        event.mentions_bot = true;
        return !event.key.empty();
    }
    return happening == Happening::chat_opened || happening == Happening::subscribed ||
           happening == Happening::scanned;
}

} // namespace

Registry::Registry(bot::routing::Intake& intake, const bot::routing::Contexts& contexts,
                   const bot::routing::Directory& directory, std::vector<std::string> names,
                   std::vector<std::unique_ptr<Handler>> abilities, OnNotice on_notice, OnVerdict on_verdict)
    : intake_(intake), contexts_(contexts), directory_(directory), names_(std::move(names)),
      abilities_(std::move(abilities)), on_notice_(std::move(on_notice)), on_verdict_(std::move(on_verdict))
{
}

Turn Registry::turn_of(bot::Event event) const
{
    Turn turn;
    turn.text = std::string(bot::text::trim(event.text));
    turn.addressed = event.mentions_bot || event.chat.type == bot::ChatType::direct;
    for (const std::string& name : names_)
        if (cut_name(turn.text, name)) {
            turn.addressed = true;
            break;
        }
    turn.group = directory_.find(event.account, event.chat.id);
    turn.memory = contexts_.recall(event);
    turn.home_region = directory_.home_region();
    turn.event = std::move(event);
    return turn;
}

boost::asio::awaitable<std::optional<bot::Reply>> Registry::handle(bot::Event event)
{
    std::optional<bot::Reply> reply;
    const bot::routing::Verdict verdict = intake_.admit(event);
    if (on_verdict_)
        on_verdict_(verdict);
    if (verdict != bot::routing::Verdict::accept)
        co_return reply;
    if (event.kind != bot::EventKind::message) {
        const bool speaks = takes_for_words(event);
        if (on_notice_ && event.kind == bot::EventKind::notice)
            co_await on_notice_(event);
        if (!speaks)
            co_return reply;
    }
    Turn turn = turn_of(std::move(event));
    if (turn.group && turn.group->mode == bot::routing::GroupMode::muted)
        co_return reply;
    for (const auto& ability : abilities_)
        if (ability->matches(turn)) {
            reply = co_await ability->answer(std::move(turn));
            break;
        }
    co_return reply;
}

} // namespace handlers
