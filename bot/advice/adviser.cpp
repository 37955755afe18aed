#include "bot/advice/adviser.hpp"

#include "bot/core/text.hpp"
#include "bot/net/http_client.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace bot::advice {
namespace {

using nlohmann::json;

constexpr std::size_t most_known = 2'000;
constexpr int most_failures = 3;
constexpr std::int64_t rest_ms = 60'000;
constexpr std::size_t longest_question = 300; ///< characters that are told
constexpr auto task = "你在工会的群聊机器人里做分拣。给你一条工人发的消息和几个编号的话题，"
                      "只回答最符合这条消息的话题的编号；都不符合就回答 0。除了数字什么都不要写。";

std::string body_of(const AdviserSettings& settings, const std::string& question,
                    const std::vector<std::string>& titles)
{
    std::string told = "消息：" + question + "\n";
    for (std::size_t i = 0; i < titles.size(); ++i)
        told += std::to_string(i + 1) + ". " + titles[i] + "\n";
    const json body{{"model", settings.model},
                    {"temperature", 0},
                    {"max_tokens", 4},
                    {"messages", json::array({json{{"role", "system"}, {"content", task}},
                                              json{{"role", "user"}, {"content", told}}})}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The number that the model said, or nothing when it said something else.
std::optional<std::size_t> number_in(const net::ClientResponse& response, std::size_t most)
{
    if (response.status != 200)
        return std::nullopt;
    const json body = json::parse(response.body, nullptr, false);
    const json::json_pointer place("/choices/0/message/content");
    if (body.is_discarded() || !body.contains(place) || !body.at(place).is_string())
        return std::nullopt;
    const std::string said(text::trim(body.at(place).get_ref<const std::string&>()));
    if (said.size() != 1 || said[0] < '0' || said[0] > '9')
        return std::nullopt;
    const auto number = static_cast<std::size_t>(said[0] - '0');
    return number <= most ? std::optional(number) : std::nullopt;
}

} // namespace

Adviser::Adviser(net::HttpClient& client, const Clock& clock, AdviserSettings settings)
    : client_(client), clock_(clock), settings_(std::move(settings))
{
}

boost::asio::awaitable<std::optional<std::size_t>> Adviser::choose(std::string question,
                                                                   std::vector<std::string> titles)
{
    question = text::for_log(text::prefix(question, longest_question));
    std::string key = question;
    for (const std::string& title : titles)
        key += "|" + title;
    if (const auto known = remembered(key))
        co_return *known;
    if (is_resting())
        co_return std::nullopt;
    net::ClientRequest request;
    request.url = settings_.url + "/chat/completions";
    request.headers.emplace_back("Content-Type", "application/json");
    if (!settings_.key.empty())
        request.headers.emplace_back("Authorization", "Bearer " + settings_.key);
    request.body = body_of(settings_, question, titles);
    request.timeout = settings_.budget;
    const net::ClientResult result = co_await client_.call(std::move(request));
    const auto number = result.response ? number_in(*result.response, titles.size()) : std::nullopt;
    const Choice choice = number && *number > 0 ? Choice(*number - 1) : std::nullopt;
    note(key, number ? std::optional<Choice>(choice) : std::nullopt);
    co_return choice;
}

std::optional<Adviser::Choice> Adviser::remembered(const std::string& key)
{
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(key);
    return found == known_.end() ? std::nullopt : std::optional<Choice>(found->second);
}

bool Adviser::is_resting()
{
    const std::lock_guard lock(mutex_);
    return clock_.now_ms() < rests_until_ms_;
}

/// After three failures in a row nobody waits for it for a minute.
void Adviser::note(const std::string& key, std::optional<Choice> choice)
{
    const std::lock_guard lock(mutex_);
    if (choice) {
        failures_ = 0;
        if (known_.size() >= most_known)
            known_.clear();
        known_.emplace(key, *choice);
    } else if (++failures_ >= most_failures) {
        failures_ = 0;
        rests_until_ms_ = clock_.now_ms() + rest_ms;
        spdlog::warn("event=adviser_rests seconds={} reason=\"no usable answer three times\"",
                     rest_ms / 1000);
    }
}

} // namespace bot::advice
