#pragma once
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/doors/tencent/window.hpp"
#include "bot/net/http_client.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bot::doors::wecom_robot {

struct Settings {
    std::string id;
    std::string api; ///< without a slash at its end
    std::chrono::milliseconds call_timeout{15'000};
};

/// Group robots of WeCom: each group has a robot of its own whose key is the group's `external_id`. Only
/// speaks. Thread-safe.
class WecomRobotDoor final : public Door {
public:
    WecomRobotDoor(Settings settings, net::HttpClient& client, const Clock& clock);

    void configure(Settings settings);

    const std::string& account() const override { return id_; }
    const Capabilities& capabilities() const override { return capabilities_; }
    AccountHealth health() const override;
    /// All parts of a message leave within one minute's allowance of their robot, or none does.
    asio::awaitable<SendOutcome> send(Outgoing message) override;
    std::vector<std::string> split(const std::string& text) const override;
    std::vector<std::string> lint(const std::string& text) const override;

private:
    asio::awaitable<SendOutcome> send_all(std::string key, std::vector<std::string> bodies);
    void note_end(const std::string& key, const SendOutcome& outcome);
    std::shared_ptr<const Settings> settings() const;

    const std::string id_;
    net::HttpClient& client_;
    const Clock& clock_;
    Capabilities capabilities_;
    tencent::SlidingWindow window_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> settings_;
    AccountHealth health_;
    std::string trouble_;
};

} // namespace bot::doors::wecom_robot
