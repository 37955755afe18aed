#include "bot/doors/sandbox/door.hpp"

#include "bot/core/json.hpp"
#include "bot/core/text.hpp"
#include "bot/doors/sandbox/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <random>

namespace bot::doors::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t lines_per_chat = 200;
constexpr std::size_t text_limit = 2000;
constexpr std::size_t key_limit = 64;
constexpr auto bot_name = "工会小助手";
constexpr auto bot_id = "bot";
constexpr const char* kinds[] = {"person", "answer", "notice", "remark"};
constexpr const char* push_modes[] = {"automatic", "next_opening", "assisted", "manual", "none"};

std::string dump(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string word(const json& body, const char* key)
{
    const auto found = body.is_object() ? body.find(key) : body.end();
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag(const json& body, const char* key)
{
    const auto found = body.is_object() ? body.find(key) : body.end();
    return found != body.end() && found->is_boolean() && found->get<bool>();
}

json to_json(const Line& line, const Capabilities& can)
{
    json value{{"number", line.number},
               {"place", line.place},
               {"chat", line.chat.id},
               {"direct", line.chat.type == ChatType::direct},
               {"kind", kinds[static_cast<int>(line.kind)]},
               {"id", line.message_id},
               {"key", line.key},
               {"person", line.person},
               {"name", line.name},
               {"role", line.role},
               {"text", line.text},
               {"media", line.media},
               {"note", line.note},
               {"quotes", line.quotes},
               {"time", line.time_ms},
               {"mention", line.mention},
               {"heard", line.heard},
               {"thinking", line.thinking},
               {"recalled", line.recalled}};
    if (line.heard && (can.replies_per_message > 0 || can.reply_window_ms > 0)) {
        const Opening opening = opening_of(can, line, line.time_ms);
        value["window"] = {{"left", opening.left}, {"until", opening.until_ms}};
    }
    return value;
}

json to_json(const Record& record)
{
    const Capabilities& can = record.capabilities;
    return {{"name", record.name},
            {"label", can.label},
            {"official", can.official},
            {"hears_all", can.hears_all},
            {"replies", can.replies_per_message},
            {"window_ms", can.reply_window_ms},
            {"push", push_modes[static_cast<int>(can.push)]},
            {"consent", can.push_needs_consent},
            {"links", can.links},
            {"images", can.images},
            {"text_limit", can.text_limit},
            {"recall_ms", can.recall_window_ms}};
}

json to_json(const Group& group)
{
    json people = json::array();
    for (const Person& person : group.people)
        people.push_back({{"id", person.id}, {"name", person.name}, {"role", person.role}});
    return {{"id", group.id},
            {"name", group.name},
            {"trade", group.trade},
            {"mode", group.mode},
            {"people", people}};
}

std::int64_t number_of(std::string_view text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string random_word()
{
    std::random_device random;
    return std::to_string(random()) + std::to_string(random());
}

/// A page of another site may not speak here.
bool is_foreign(const net::HttpRequest& request)
{
    const std::string_view origin = net::header(request.headers, "Origin");
    const std::string_view host = net::header(request.headers, "Host");
    return !origin.empty() && !host.empty() && !origin.ends_with("//" + std::string(host));
}

Event event_of(const std::string& account, const Line& line)
{
    Event event;
    event.account = account;
    event.kind = EventKind::message;
    event.chat = line.chat;
    event.sender = {line.person, line.name, line.role};
    event.self_id = bot_id;
    event.message_id = line.message_id;
    event.text = line.text;
    if (!line.media.empty())
        event.media.push_back({line.media, "sandbox:" + line.message_id});
    event.mentions_bot = line.mention;
    event.time_ms = line.time_ms;
    event.dedupe_key = "m:" + line.message_id;
    return event;
}

std::string why_silent(const Line& line)
{
    if (!line.media.empty())
        return "机器人没作声：只有图片，没有要问的话";
    if (line.chat.type == ChatType::direct || line.mention)
        return "机器人没作声：没有要它答的，或者一样的话说得太多了";
    return "机器人没作声：没有 @ 它，也不像在问它";
}

} // namespace

SandboxDoor::SandboxDoor(std::string account, std::vector<Group> groups, const Clock& clock,
                         EventHandler on_event)
    : account_(std::move(account)), groups_(std::move(groups)), clock_(clock), on_event_(std::move(on_event)),
      boot_(random_word()), log_(lines_per_chat),
      streams_(
          log_, [this](const Line& line) { return dump(to_json(line, capabilities())); },
          [this] { return head(); })
{
}

const Capabilities& SandboxDoor::capabilities() const
{
    return records()[record_].capabilities;
}

AccountHealth SandboxDoor::health() const
{
    return {true, "沙盒在本机，总是连着", last_event_ms_, last_event_ms_};
}

asio::awaitable<SendOutcome> SandboxDoor::send(Outgoing message)
{
    const Capabilities& can = capabilities();
    if (!knows(message.chat))
        co_return refuse(message, SendAction::disable_chat, "沙盒里没有这个群");
    if (!can.links && has_link(message.text))
        co_return refuse(message, SendAction::content, "这个平台不让发没备案的链接，这条没发出去");
    if (!message.reply_to.empty())
        co_return say_as_bot(message, LineKind::answer);
    if (can.push == PushMode::automatic)
        co_return say_as_bot(message, LineKind::notice);
    if (can.push != PushMode::next_opening)
        co_return refuse(message, SendAction::disable_push, "这个平台不让机器人主动发通知");
    for (const Line& heard : log_.last_heard())
        if (heard.chat == message.chat && !heard.carried_notice &&
            opening_of(can, heard, clock_.now_ms()).open) {
            log_.change(heard.message_id, [](Line& line) { line.carried_notice = true; });
            message.reply_to = heard.message_id;
            co_return say_as_bot(message, LineKind::notice);
        }
    SendOutcome later;
    later.action = SendAction::window_closed;
    later.reason = "等群里有人说话：这个平台只许机器人跟着发";
    co_return later;
}

/// Sends in parts; each takes one of the answers that the message it follows has left.
SendOutcome SandboxDoor::say_as_bot(const Outgoing& message, LineKind kind)
{
    const Capabilities& can = capabilities();
    const auto parts = split(message.text);
    SendOutcome outcome;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::string closed;
        const auto take_one = [&](Line& asked) {
            const Opening opening = opening_of(can, asked, clock_.now_ms());
            closed = opening.open ? "" : why_closed(can, opening);
            asked.answers += opening.open ? 1 : 0;
        };
        if (!message.reply_to.empty())
            log_.change(message.reply_to, take_one);
        if (!closed.empty())
            return refuse(message, SendAction::window_closed, closed);
        Line line;
        line.chat = message.chat;
        line.kind = kind;
        line.name = bot_name;
        line.text = parts[i];
        line.quotes = kind == LineKind::answer ? message.reply_to : "";
        if (parts.size() > 1)
            line.note = "这个平台一条最多 " + std::to_string(can.text_limit) + " 字，分成 " +
                        std::to_string(parts.size()) + " 条发（第 " + std::to_string(i + 1) + " 条）";
        outcome.platform_message_id = append(std::move(line)).message_id;
    }
    outcome.action = SendAction::ok;
    return outcome;
}

/// What was not sent leaves a remark in the chat, so that the limit is felt there.
SendOutcome SandboxDoor::refuse(const Outgoing& message, SendAction action, std::string why)
{
    SendOutcome outcome;
    outcome.action = action;
    outcome.platform_words = "sandbox: " + std::string(to_string(action));
    outcome.reason = why;
    if (knows(message.chat)) {
        Line line;
        line.chat = message.chat;
        line.kind = LineKind::remark;
        line.note = std::move(why);
        append(std::move(line));
    }
    return outcome;
}

asio::awaitable<Sighting> SandboxDoor::look_up(Outgoing message, std::int64_t since_ms)
{
    const std::string first = split(message.text).front();
    co_return log_.holds_text(message.chat, first, since_ms) ? Sighting::present : Sighting::absent;
}

std::vector<std::string> SandboxDoor::split(const std::string& text) const
{
    return in_parts(text, capabilities().text_limit);
}

std::vector<std::string> SandboxDoor::openings() const
{
    std::vector<std::string> open;
    for (const Line& heard : log_.last_heard())
        if (!heard.carried_notice && opening_of(capabilities(), heard, clock_.now_ms()).open)
            open.push_back(heard.chat.id);
    return open;
}

asio::awaitable<std::optional<net::HttpResponse>> SandboxDoor::serve(std::string action,
                                                                     net::HttpRequest request)
{
    std::optional<net::HttpResponse> response;
    if (request.method == "GET") {
        const std::string_view last = net::header(request.headers, "Last-Event-ID");
        const std::string after = net::form_value(request.query, "after").value_or("0");
        if (action == "state")
            response = state();
        else if (action == "events")
            response = streams_.open(number_of(last.empty() ? std::string_view(after) : last));
        co_return response;
    }
    if (request.method != "POST")
        co_return response;
    json body = json_or_null(request.body);
    if (is_foreign(request))
        response = net::problem(403, "不能从别的网站发", "请打开沙盒的页面再说话");
    else if (action == "say")
        response = co_await say(std::move(body));
    else if (action == "recall")
        response = co_await recall(word(body, "id"));
    else if (action == "again")
        response = co_await again(word(body, "id"));
    else if (action == "limits")
        response = choose_limits(body);
    co_return response;
}

net::HttpResponse SandboxDoor::state() const
{
    json groups = json::array(), choices = json::array(), lines = json::array();
    for (const Group& group : groups_)
        groups.push_back(to_json(group));
    for (const Record& record : records())
        choices.push_back(to_json(record));
    const std::int64_t last = log_.last_number();
    for (const Line& line : log_.after(0))
        lines.push_back(to_json(line, capabilities()));
    const json all{{"bot", bot_name},  {"boot", boot_},      {"now", clock_.now_ms()},
                   {"groups", groups}, {"records", choices}, {"record", records()[record_].name},
                   {"last", last},     {"lines", lines}};
    return net::json_response(200, dump(all));
}

std::string SandboxDoor::head() const
{
    return dump(json{{"boot", boot_}, {"record", records()[record_].name}});
}

net::HttpResponse SandboxDoor::choose_limits(const json& asked)
{
    const std::string name = word(asked, "record");
    for (std::size_t i = 0; i < records().size(); ++i)
        if (records()[i].name == name) {
            record_ = i;
            streams_.wake();
            return net::json_response(200, dump(json{{"record", name}}));
        }
    return net::problem(400, "没有这个平台", "record 应是 state 里 records 的一个 name");
}

asio::awaitable<net::HttpResponse> SandboxDoor::say(json said)
{
    const auto [group, person] = find_member(word(said, "group"), word(said, "person"));
    const std::string words(text::trim(word(said, "text")));
    const bool picture = word(said, "media") == "image";
    const std::string key = word(said, "key");
    const bool has_content = !words.empty() || picture;
    if (!person || !has_content || text::length(words) > text_limit || key.size() > key_limit)
        co_return net::problem(400, "没发出去", "群或人不存在，或话是空的、超过 2000 字");
    if (const auto before = log_.find_key(person->id, key))
        co_return net::json_response(200, dump(to_json(*before, capabilities())));
    Line line;
    line.chat.type = flag(said, "direct") ? ChatType::direct : ChatType::group;
    line.chat.id = flag(said, "direct") ? person->id : group->id;
    line.key = key;
    line.person = person->id;
    line.name = person->name;
    line.role = line.chat.type == ChatType::group ? person->role : "";
    line.text = words;
    line.media = picture ? "image" : "";
    line.mention = flag(said, "mention");
    line.heard = line.thinking = hears(capabilities(), line);
    if (!line.heard)
        line.note = why_unheard(capabilities());
    line = append(std::move(line));
    if (line.heard)
        co_await hear(line);
    const std::string now = dump(to_json(log_.find(line.message_id).value_or(line), capabilities()));
    co_return net::json_response(200, now);
}

asio::awaitable<void> SandboxDoor::hear(Line line)
{
    last_event_ms_ = line.time_ms;
    Event event = event_of(account_, line);
    const auto reply = co_await ask(std::move(event));
    bool recalled = false;
    log_.change(line.message_id, [&](Line& asked) {
        recalled = asked.recalled;
        asked.thinking = false;
        if (recalled && reply)
            asked.note = "撤回得早，机器人没有答";
        else if (!reply && !recalled)
            asked.note = why_silent(asked);
    });
    streams_.wake();
    if (!reply || recalled)
        co_return;
    Outgoing outgoing;
    outgoing.chat = line.chat;
    outgoing.text = reply->text;
    outgoing.reply_to = line.message_id;
    co_await send_answer(std::move(outgoing));
}

/// The house's answer; when the house fails, an apology instead of a message that seems to wait for ever.
asio::awaitable<std::optional<Reply>> SandboxDoor::ask(Event event)
{
    std::optional<Reply> reply;
    try {
        reply = co_await on_event_(std::move(event));
    } catch (const std::exception&) {
        reply.emplace();
        reply->text = "出了点问题，没答上来。请再问一次，或打 12351。";
    }
    co_return reply;
}

asio::awaitable<net::HttpResponse> SandboxDoor::recall(std::string id)
{
    const auto found = log_.find(id);
    if (!found || found->kind != LineKind::person || found->recalled)
        co_return net::problem(404, "没找到这句话", "它可能已经撤回，或太早了");
    const std::int64_t limit = capabilities().recall_window_ms;
    if (limit > 0 && clock_.now_ms() - found->time_ms > limit) {
        const std::string late = "超过 " + std::to_string(limit / 60'000) + " 分钟，这个平台不让撤回了";
        co_return net::problem(409, "撤不回了", late);
    }
    log_.change(id, [](Line& line) {
        line.recalled = true;
        line.text.clear();
        line.media.clear();
        line.note.clear();
    });
    streams_.wake();
    Event event = event_of(account_, *found);
    event.kind = EventKind::notice;
    event.happening = Happening::message_recalled;
    event.text.clear();
    event.media.clear();
    event.dedupe_key = "r:" + id;
    if (found->heard)
        co_await ask(std::move(event));
    co_return net::json_response(200, "{}");
}

/// The platform pushes the same message once more, as real ones do when an answer was slow.
asio::awaitable<net::HttpResponse> SandboxDoor::again(std::string id)
{
    const auto found = log_.find(id);
    if (!found || found->kind != LineKind::person)
        co_return net::problem(404, "没找到这句话", "它可能太早了");
    if (!found->heard)
        co_return net::problem(409, "推不了", "这句话机器人本来就听不到");
    Event event = event_of(account_, *found);
    const auto reply = co_await ask(std::move(event));
    if (reply) {
        Outgoing outgoing;
        outgoing.chat = found->chat;
        outgoing.text = reply->text;
        outgoing.reply_to = id;
        co_await send_answer(std::move(outgoing));
    } else {
        note(id, "平台把这句又推了一遍，机器人认出来了，没有再答");
    }
    const json answered{{"answered", reply.has_value()}};
    co_return net::json_response(200, dump(answered));
}

Line SandboxDoor::append(Line line)
{
    line.time_ms = clock_.now_ms();
    line = log_.append(std::move(line));
    streams_.wake();
    return line;
}

void SandboxDoor::note(const std::string& id, std::string words)
{
    log_.change(id, [&](Line& line) { line.note = std::move(words); });
    streams_.wake();
}

SandboxDoor::Member SandboxDoor::find_member(const std::string& group, const std::string& person) const
{
    for (const Group& one : groups_)
        for (const Person& member : one.people)
            if (one.id == group && member.id == person)
                return {&one, &member};
    return {nullptr, nullptr};
}

bool SandboxDoor::knows(const Chat& chat) const
{
    const auto has_person = [&](const Person& person) { return person.id == chat.id; };
    return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
        if (chat.type == ChatType::group)
            return group.id == chat.id;
        return std::any_of(group.people.begin(), group.people.end(), has_person);
    });
}

} // namespace bot::doors::sandbox
