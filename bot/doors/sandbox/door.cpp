#include "bot/doors/sandbox/door.hpp"

#include "bot/core/text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace bot::doors::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t kept_lines = 3000;
constexpr std::size_t text_limit = 2000;
constexpr auto bot_name = "工会小助手";
constexpr auto bot_id = "bot";
constexpr auto keep_alive = std::chrono::seconds(20);

json to_json(const Line& line)
{
    return {{"number", line.number}, {"group", line.group}, {"person", line.person}, {"name", line.name},
            {"text", line.text},     {"note", line.note},   {"time", line.time_ms},  {"id", line.message_id}};
}

std::string server_sent(const std::vector<Line>& lines)
{
    std::string piece;
    for (const Line& line : lines)
        piece += "id: " + std::to_string(line.number) + "\ndata: " + to_json(line).dump() + "\n\n";
    return piece;
}

std::int64_t number_of(std::string_view text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool has_link(const std::string& text)
{
    return text.find("http://") != std::string::npos || text.find("https://") != std::string::npos;
}

} // namespace

/// A stream that sleeps until a line is appended. The timer is touched on its own executor only.
struct SandboxDoor::Waiter {
    std::optional<asio::steady_timer> timer;
    std::int64_t seen = 0; ///< number of the last line sent
};

SandboxDoor::SandboxDoor(std::string account, std::vector<Group> groups, const Clock& clock, EventHandler on_event)
    : account_(std::move(account)), groups_(std::move(groups)), clock_(clock), on_event_(std::move(on_event))
{
}

SandboxDoor::~SandboxDoor() = default;

const Capabilities& SandboxDoor::capabilities() const
{
    const std::lock_guard lock(mutex_);
    return records()[record_].capabilities;
}

AccountHealth SandboxDoor::health() const
{
    const std::lock_guard lock(mutex_);
    return {true, "沙盒在本机，总是连着", last_event_ms_, last_event_ms_};
}

asio::awaitable<SendOutcome> SandboxDoor::send(Outgoing message)
{
    SendOutcome outcome;
    if (!find_group(message.chat.id)) {
        outcome.action = SendAction::disable_chat;
        outcome.platform_words = "no such group";
        outcome.reason = "沙盒里没有这个群";
        co_return outcome;
    }
    Line line;
    line.group = message.chat.id;
    line.name = bot_name;
    line.text = message.text;
    const Capabilities& can = capabilities();
    if (text::length(line.text) > can.text_limit) {
        line.text = text::prefix(line.text, can.text_limit);
        line.note = "超过这个平台一条 " + std::to_string(can.text_limit) + " 字的上限，只显示前面部分";
    } else if (!can.links && has_link(line.text)) {
        line.note = "这个平台不放行没备案的链接";
    }
    outcome.action = SendAction::ok;
    outcome.platform_message_id = append(std::move(line)).message_id;
    co_return outcome;
}

asio::awaitable<Sighting> SandboxDoor::look_up(Outgoing message, std::int64_t since_ms)
{
    const std::lock_guard lock(mutex_);
    const bool present = std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
        return line.person.empty() && line.group == message.chat.id && line.text == message.text &&
               line.time_ms >= since_ms;
    });
    co_return present ? Sighting::present : Sighting::absent;
}

asio::awaitable<std::optional<net::HttpResponse>> SandboxDoor::serve(std::string action, net::HttpRequest request)
{
    std::optional<net::HttpResponse> response;
    if (action == "state" && request.method == "GET")
        response = state();
    else if (action == "events" && request.method == "GET") {
        auto after = net::form_value(request.query, "after");
        const std::string_view last = net::header(request.headers, "Last-Event-ID");
        response = events(!last.empty() ? number_of(last) : number_of(after.value_or("0")));
    } else if (action == "say" && request.method == "POST")
        response = co_await say(std::move(request.body));
    else if (action == "limits" && request.method == "POST")
        response = choose_limits(request.body);
    co_return response;
}

net::HttpResponse SandboxDoor::state() const
{
    json groups = json::array();
    for (const Group& group : groups_) {
        json people = json::array();
        for (const Person& person : group.people)
            people.push_back({{"id", person.id}, {"name", person.name}, {"role", person.role}});
        groups.push_back({{"id", group.id}, {"name", group.name}, {"people", std::move(people)}});
    }
    json choices = json::array();
    for (const Record& record : records())
        choices.push_back({{"name", record.name}, {"label", record.capabilities.label}});
    json lines = json::array();
    for (const Line& line : lines_after(0))
        lines.push_back(to_json(line));
    const std::lock_guard lock(mutex_);
    return net::json_response(200, json{{"bot", bot_name},
                                        {"groups", std::move(groups)},
                                        {"records", std::move(choices)},
                                        {"record", records()[record_].name},
                                        {"last", last_number_},
                                        {"lines", std::move(lines)}}
                                       .dump());
}

net::HttpResponse SandboxDoor::events(std::int64_t after)
{
    net::HttpResponse response;
    response.content_type = "text/event-stream";
    response.headers.emplace_back("Cache-Control", "no-store");
    auto waiter = std::make_shared<Waiter>();
    waiter->seen = after;
    response.stream = [this, waiter] { return next_piece(waiter); };
    return response;
}

asio::awaitable<std::string> SandboxDoor::next_piece(std::shared_ptr<Waiter> waiter)
{
    if (!waiter->timer) {
        auto executor = co_await asio::this_coro::executor;
        waiter->timer.emplace(executor);
        const std::lock_guard lock(mutex_);
        std::erase_if(waiters_, [](const auto& one) { return one.expired(); });
        waiters_.push_back(waiter);
    }
    waiter->timer->expires_after(keep_alive);
    auto lines = lines_after(waiter->seen);
    if (lines.empty()) {
        co_await waiter->timer->async_wait(asio::as_tuple(asio::use_awaitable));
        lines = lines_after(waiter->seen);
    }
    if (lines.empty())
        co_return std::string(": still here\n\n");
    waiter->seen = lines.back().number;
    co_return server_sent(lines);
}

net::HttpResponse SandboxDoor::choose_limits(const std::string& body)
{
    const json asked = json::parse(body, nullptr, false);
    const std::string name = asked.is_object() ? asked.value("record", "") : "";
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < records().size(); ++i)
        if (records()[i].name == name) {
            record_ = i;
            return net::json_response(200, json{{"record", name}}.dump());
        }
    return net::problem(400, "没有这个平台", "record 应是 state 里 records 的一个 name");
}

asio::awaitable<net::HttpResponse> SandboxDoor::say(std::string body)
{
    const json said = json::parse(body, nullptr, false);
    const bool whole = said.is_object() && said.contains("group") && said["group"].is_string() &&
                       said.contains("person") && said["person"].is_string() && said.contains("text") &&
                       said["text"].is_string();
    if (!whole)
        co_return net::problem(400, "没看懂", "要有 group、person、text 三项文字");
    const Group* group = find_group(said["group"].get<std::string>());
    const std::string person_id = said["person"].get<std::string>();
    const Person* person = nullptr;
    if (group)
        for (const Person& one : group->people)
            if (one.id == person_id)
                person = &one;
    const std::string words(text::trim(said["text"].get_ref<const std::string&>()));
    if (!person || words.empty() || text::length(words) > text_limit)
        co_return net::problem(400, "没发出去", "群或人不存在，或话是空的、超过 2000 字");

    const bool mention = said.contains("mention") && said["mention"].is_boolean() && said["mention"].get<bool>();
    Line line;
    line.group = group->id;
    line.person = person->id;
    line.name = person->name;
    line.text = mention ? std::string("@") + bot_name + " " + words : words;
    const Capabilities& can = capabilities();
    const bool heard = can.hears_all || mention;
    if (!heard)
        line.note = "这个平台只把 @ 机器人的话交给机器人，这句它听不到";
    line = append(std::move(line));

    Event event;
    event.account = account_;
    event.kind = EventKind::message;
    event.chat.id = group->id;
    event.sender.id = person->id;
    event.sender.name = person->name;
    event.sender.role = person->role;
    event.self_id = bot_id;
    event.message_id = line.message_id;
    event.text = words;
    event.mentions_bot = mention;
    event.time_ms = line.time_ms;
    event.dedupe_key = "m:" + line.message_id;
    co_await hear(std::move(event), heard);
    co_return net::json_response(200, to_json(line).dump());
}

asio::awaitable<void> SandboxDoor::hear(Event event, bool heard)
{
    if (!heard)
        co_return;
    {
        const std::lock_guard lock(mutex_);
        last_event_ms_ = event.time_ms;
    }
    Chat chat = event.chat;
    auto reply = co_await on_event_(std::move(event));
    if (!reply)
        co_return;
    if (capabilities().replies_per_message < 0) {
        Line line;
        line.group = chat.id;
        line.name = bot_name;
        line.note = "这个平台不让机器人回话，只能发通知";
        append(std::move(line));
        co_return;
    }
    Outgoing outgoing;
    outgoing.chat = std::move(chat);
    outgoing.text = std::move(reply->text);
    co_await send(std::move(outgoing));
}

Line SandboxDoor::append(Line line)
{
    const std::lock_guard lock(mutex_);
    line.number = ++last_number_;
    line.time_ms = clock_.now_ms();
    line.message_id = std::to_string(line.time_ms) + "-" + std::to_string(line.number);
    lines_.push_back(line);
    if (lines_.size() > kept_lines)
        lines_.pop_front();
    for (const auto& weak : waiters_)
        if (auto waiter = weak.lock()) {
            auto executor = waiter->timer->get_executor();
            asio::post(executor, [waiter] { waiter->timer->cancel(); });
        }
    return line;
}

std::vector<Line> SandboxDoor::lines_after(std::int64_t number) const
{
    const std::lock_guard lock(mutex_);
    std::vector<Line> found;
    for (const Line& line : lines_)
        if (line.number > number)
            found.push_back(line);
    return found;
}

const Group* SandboxDoor::find_group(const std::string& id) const
{
    for (const Group& group : groups_)
        if (group.id == id)
            return &group;
    return nullptr;
}

} // namespace bot::doors::sandbox
