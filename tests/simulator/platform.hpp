#pragma once
#include "tests/simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace simulator {

/// One platform's protocol, behind the shared server. A new platform is one class of this kind and a line in
/// main.cpp.
class Platform {
public:
    virtual ~Platform() = default;
    /// What a bot asked of the platform.
    virtual asio::awaitable<Response> serve(Request request) = 0;
    /// What the test asked of it, `/control/{what}`; nothing for what it does not know. Throws for what it
    /// cannot do.
    virtual asio::awaitable<std::optional<nlohmann::json>> control(std::string what,
                                                                   nlohmann::json order) = 0;
};

} // namespace simulator
