#pragma once
#include "bot/config/config.hpp"
#include "bot/core/clock.hpp"
#include "bot/core/door.hpp"
#include "bot/net/hook.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bot::net {
class HttpClient;
}

namespace bot::doors {

/// What every account is opened with; outlives the account.
struct World {
    net::HttpClient& client;
    const Clock& clock;
    std::filesystem::path templates;
    EventHandler on_event;
};

/// Requests below an account's own page in the browser: the rest of the path, and the request.
using PageHandler =
    std::function<asio::awaitable<std::optional<net::HttpResponse>>(std::string, net::HttpRequest)>;

/// An opened account. `hook` points into `door` and is null where no platform calls us; `page` is empty where
/// the account has no page of its own; `reconfigure` takes fresh settings while it runs (from any thread;
/// throws std::runtime_error and keeps the old ones when they cannot work) and is empty where nothing can
/// change.
struct OpenAccount {
    std::unique_ptr<Door> door;
    net::Hook* hook = nullptr;
    PageHandler page;
    std::function<void(const config::Account&)> reconfigure;
};

/// One platform: the keys that its accounts may carry and how one is opened. `open` is empty for a platform
/// whose keys are known and whose door is not built in yet; it throws std::runtime_error for settings that
/// cannot work.
struct Platform {
    std::string name;
    config::PlatformKeys keys;
    std::function<OpenAccount(const config::Account&, const World&)> open;
};

} // namespace bot::doors
