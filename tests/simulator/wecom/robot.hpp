#pragma once
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

namespace simulator::wecom {

/// Group robots: `POST /cgi-bin/webhook/send?key=KEY`, a robot in every group that is there. Errors stand in
/// a 200. Unless the test sets limits: 20 messages a minute of each robot, then nothing for a minute.
class Robot final : public Platform {
public:
    explicit Robot(World& world);

    asio::awaitable<Response> serve(Request request) override;
    asio::awaitable<std::optional<nlohmann::json>> control(std::string what, nlohmann::json order) override;

private:
    Response send(const std::string& key, const std::string& raw);
    Response upload(const std::string& key, const Request& request);

    World& world_;
    std::uint64_t uploads_ = 0;
};

} // namespace simulator::wecom
