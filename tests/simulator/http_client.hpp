#pragma once
#include "tests/simulator/http.hpp"

namespace simulator {

/// What a bot answered to a report; status 0 = no answer came.
struct Answer {
    unsigned status = 0;
    std::string body;
    std::string error;
};

/// POSTs on a connection of its own.
asio::awaitable<Answer> post(std::string url, Headers headers, std::string body,
                             std::chrono::milliseconds timeout);

} // namespace simulator
