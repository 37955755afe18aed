#pragma once
#include "tests/simulator/http.hpp"

namespace simulator {

/// What a bot answered to a report; status 0 = no answer came.
struct Answer {
    unsigned status = 0;
    std::string body;
    std::string error;
};

/// One request on a connection of its own.
asio::awaitable<Answer> ask(std::string method, std::string url, Headers headers, std::string body,
                            std::chrono::milliseconds timeout);

inline asio::awaitable<Answer> post(std::string url, Headers headers, std::string body,
                                    std::chrono::milliseconds timeout)
{
    return ask("POST", std::move(url), std::move(headers), std::move(body), timeout);
}

inline asio::awaitable<Answer> get(std::string url, std::chrono::milliseconds timeout)
{
    return ask("GET", std::move(url), Headers(), std::string(), timeout);
}

} // namespace simulator
