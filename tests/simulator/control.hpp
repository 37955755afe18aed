#pragma once
#include "tests/simulator/http_server.hpp"
#include "tests/simulator/platform.hpp"
#include "tests/simulator/world.hpp"

namespace simulator {

/// The test's hand on the platform: JSON over HTTP below /control/.
///
/// | address | body | does |
/// |---|---|---|
/// | faults | see `Faults::set` | troubles from now on |
/// | limits | see `Limits::set` | sliding windows |
/// | groups | see `Chats::set` | where the bot is, where it is muted |
/// | refuse | {"ms":500} | cuts connections and refuses new ones |
/// | cut | | cuts connections |
/// | totals | | counters |
/// | per_chat | | chat → accepted messages |
/// | messages | {"chat":"g:7"} | what stands in a chat |
/// | accepted_at | | when each message was accepted, microseconds |
class Control {
public:
    Control(World& world, Platform& platform) : world_(world), platform_(platform) {}
    void attach(HttpServer& server) { server_ = &server; }

    /// 200 with a result, 404 for an unknown address, 400 with a reason for a wrong order.
    asio::awaitable<Response> serve(Request request);

private:
    asio::awaitable<std::optional<nlohmann::json>> obey(std::string what, nlohmann::json order);
    std::optional<nlohmann::json> look(const std::string& what, const nlohmann::json& order) const;
    nlohmann::json totals() const;
    nlohmann::json messages(const std::string& chat) const;

    World& world_;
    Platform& platform_;
    HttpServer* server_ = nullptr;
};

} // namespace simulator
