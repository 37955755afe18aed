#include "bot/console/questions_api.hpp"

#include "bot/core/time.hpp"
#include "bot/knowledge/clusters.hpp"
#include "bot/net/blocking.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>

namespace bot::console {
namespace {

using net::HttpResponse;
using nlohmann::json;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t listed_days = 30;
constexpr std::int64_t send_back_ms = 2 * day_ms;
constexpr int most_listed = 1000;
constexpr std::size_t most_topics = 3;

struct Asked {
    std::vector<std::int64_t> ids;
    std::string topic;
    bool send_back = false;
};

/// The body of attach and not-ours; nothing when `questions` is no list of ids.
std::optional<Asked> read_body(const std::string& text)
{
    const json body = json::parse(text, nullptr, false);
    if (!body.is_object() || !body.contains("questions") || !body["questions"].is_array())
        return std::nullopt;
    Asked asked;
    for (const json& one : body["questions"]) {
        std::int64_t id = 0;
        const std::string digits = one.is_string() ? one.get<std::string>() : "";
        const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
        if (ec != std::errc() || end != digits.data() + digits.size())
            return std::nullopt;
        asked.ids.push_back(id);
    }
    asked.topic = body.contains("topic") && body["topic"].is_string() ? body["topic"].get<std::string>() : "";
    asked.send_back = body.contains("send_back") && body["send_back"] == true;
    return asked;
}

json cluster_json(const knowledge::Answerer& answerer, const std::vector<storage::AskedQuestion>& rows,
                  const std::vector<std::size_t>& places)
{
    std::set<std::string> groups;
    json ids = json::array(), topics = json::array();
    std::int64_t last = 0;
    for (const std::size_t place : places) {
        groups.insert(rows[place].account + "|" + rows[place].chat);
        ids.push_back(std::to_string(rows[place].id));
        last = std::max(last, rows[place].at_ms);
    }
    const storage::AskedQuestion& first = rows[places.front()];
    const auto answer = answerer.ask(first.text, {});
    for (std::size_t i = 0; i < std::min(most_topics, answer.candidates.size()); ++i)
        topics.push_back({{"topic", answer.candidates[i].topic},
                          {"title", answer.candidates[i].title},
                          {"score", answer.candidates[i].score}});
    return {{"id", std::to_string(first.id)},
            {"text", first.text},
            {"count", places.size()},
            {"groups", groups.size()},
            {"last_at", format_time(last)},
            {"action", first.action},
            {"topics", topics},
            {"questions", ids}};
}

HttpResponse wrong_body()
{
    return net::problem(422, "没看懂", "要 {\"questions\":[\"编号\", …]}，attach 还要 topic");
}

} // namespace

void QuestionsApi::add_routes(Router& router)
{
    router.add(
        {"GET", "questions", Right::read, "没答上来的，问得多的在前", {}, "", "QuestionPage", [this](Call) {
             return list();
         }});
    router.add({"POST",
                "questions/{id}/attach",
                Right::edit,
                "归到一张答案卡",
                {},
                "QuestionsAttached",
                "QuestionsSettled",
                [this](Call call) { return attach(std::move(call.request)); }});
    router.add({"POST",
                "questions/{id}/not-ours",
                Right::edit,
                "不归我们答",
                {},
                "QuestionsAttached",
                "QuestionsSettled",
                [this](Call call) { return not_ours(std::move(call.request)); }});
    router.add({"POST",
                "knowledge/try",
                Right::edit,
                "试一句：会答什么、为什么",
                {},
                "Trial",
                "TrialAnswer",
                [this](Call call) { return answer_trial(std::move(call.request)); }});
}

asio::awaitable<HttpResponse> QuestionsApi::answer_trial(net::HttpRequest request)
{
    co_return hit_test(request);
}

asio::awaitable<HttpResponse> QuestionsApi::list()
{
    auto work = [since = clock_.now_ms() - listed_days * day_ms](soci::session& sql) {
        return storage::list_questions(sql, "open", since, most_listed);
    };
    const auto rows = co_await database_.read(std::move(work));
    auto group = [&rows, this] {
        std::vector<std::string> texts;
        for (const auto& row : rows)
            texts.push_back(row.text);
        json items = json::array();
        if (const auto index = answerer_.snapshot())
            for (const auto& places : knowledge::cluster(*index, texts))
                items.push_back(cluster_json(answerer_, rows, places));
        return json{{"items", std::move(items)}}.dump();
    };
    std::string body = co_await net::run_blocking(slow_, std::move(group));
    co_return net::json_response(200, std::move(body));
}

asio::awaitable<HttpResponse> QuestionsApi::attach(net::HttpRequest request)
{
    const auto asked = read_body(request.body);
    if (!asked)
        co_return wrong_body();
    if (answerer_.show(asked->topic, {}).action != knowledge::Action::answer)
        co_return net::problem(422, "没有这张卡片", "topic 要是一张正在用的卡片，比如 wage-arrears");
    auto work = [ids = asked->ids, topic = asked->topic](soci::session& sql) {
        return storage::settle_questions(sql, ids, "attached", topic);
    };
    auto settled = co_await database_.write(std::move(work));
    const std::size_t count = settled.size();
    int sent = 0;
    if (asked->send_back)
        sent = co_await send_back(std::move(settled), asked->topic);
    co_return net::json_response(200, json{{"settled", count}, {"sent_back", sent}}.dump());
}

/// Once to each chat: whoever settled a question first owns it, so that nobody is told twice.
asio::awaitable<int> QuestionsApi::send_back(std::vector<storage::AskedQuestion> asked, std::string topic)
{
    std::set<std::string> told;
    int sent = 0;
    for (const storage::AskedQuestion& one : asked) {
        if (clock_.now_ms() - one.at_ms > send_back_ms || !told.insert(one.account + "|" + one.chat).second)
            continue;
        Outgoing message;
        message.chat.type = one.chat_type == "group" ? ChatType::group : ChatType::direct;
        message.chat.id = one.chat;
        message.reply_to = one.message_id;
        message.text = answerer_.show(topic, {}).reply;
        const SendOutcome outcome = co_await send_(one.account, std::move(message));
        sent += outcome.delivered() ? 1 : 0;
    }
    co_return sent;
}

asio::awaitable<HttpResponse> QuestionsApi::not_ours(net::HttpRequest request)
{
    const auto asked = read_body(request.body);
    if (!asked)
        co_return wrong_body();
    auto work = [ids = asked->ids](soci::session& sql) {
        return storage::settle_questions(sql, ids, "not_ours", "").size();
    };
    const std::size_t settled = co_await database_.write(std::move(work));
    co_return net::json_response(200, json{{"settled", settled}}.dump());
}

HttpResponse QuestionsApi::hit_test(const net::HttpRequest& request) const
{
    const json body = json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("text") || !body["text"].is_string())
        return net::problem(422, "没看懂", "要 {\"text\":\"一句话\"}");
    knowledge::Asker asker;
    asker.addressed = !body.contains("addressed") || body["addressed"] != false;
    asker.region = body.contains("org") && body["org"].is_string() ? body["org"].get<std::string>()
                                                                   : answerer_.default_region();
    if (body.contains("industries") && body["industries"].is_array())
        for (const json& one : body["industries"])
            if (one.is_string())
                asker.industries.push_back(one.get<std::string>());
    const std::string text = body["text"].get<std::string>();
    json told = answerer_.explain(text, asker);
    told["reply"] = answerer_.ask(text, asker).reply;
    return net::json_response(200, told.dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace bot::console
