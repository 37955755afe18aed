#pragma once
#include "bot/console/route.hpp"
#include "bot/core/clock.hpp"
#include "bot/core/reply.hpp"
#include "bot/knowledge/answerer.hpp"
#include "bot/net/http.hpp"
#include "bot/storage/database.hpp"
#include "bot/storage/questions_store.hpp"

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <string>
#include <vector>

namespace bot::console {

/// `questions`: what the bot could not settle, grouped so that an editor settles many at once; and
/// `knowledge/try`: the hit test. Thread-safe.
class QuestionsApi {
public:
    /// Sends one message through an account's door; an outcome of `drop` when there is no such account.
    using Send = std::function<asio::awaitable<SendOutcome>(std::string account, Outgoing message)>;

    /// `slow` is where grouping runs.
    QuestionsApi(storage::Database& database, const knowledge::Answerer& answerer, const Clock& clock,
                 asio::thread_pool& slow, Send send)
        : database_(database), answerer_(answerer), clock_(clock), slow_(slow), send_(std::move(send))
    {
    }

    void add_routes(Router& router);

    /// GET questions → {"items":[{"id","text","count","groups","last_at","action","topics","questions"}]},
    /// most asked first.
    asio::awaitable<net::HttpResponse> list();
    /// POST questions/{id}/attach {"topic","questions":["…"],"send_back":false}: a card answers them now.
    /// With `send_back` the card goes once to each chat that asked within the last 48 hours. →
    /// {"settled","sent_back"}
    asio::awaitable<net::HttpResponse> attach(net::HttpRequest request);
    /// POST questions/{id}/not-ours {"questions":["…"]} → {"settled"}
    asio::awaitable<net::HttpResponse> not_ours(net::HttpRequest request);
    /// POST knowledge/try {"text","addressed":true,"org":"","industries":[]} → the hit test.
    net::HttpResponse hit_test(const net::HttpRequest& request) const;

private:
    asio::awaitable<net::HttpResponse> answer_trial(net::HttpRequest request);
    asio::awaitable<int> send_back(std::vector<storage::AskedQuestion> asked, std::string topic);

    storage::Database& database_;
    const knowledge::Answerer& answerer_;
    const Clock& clock_;
    asio::thread_pool& slow_;
    const Send send_;
};

} // namespace bot::console
