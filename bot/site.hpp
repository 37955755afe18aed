#pragma once
#include "bot/console/api.hpp"
#include "bot/doors/platform.hpp"
#include "bot/net/hook.hpp"
#include "bot/wording/renderer.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace bot {

/// The addresses of the house: which room answers which path. Built once, then read from every thread.
class Site {
public:
    struct Rooms {
        console::Api* api = nullptr;
        std::map<std::string, net::Hook*> hooks; ///< by account
        doors::PageHandler sandbox;              ///< empty: there is no /sandbox
        std::function<std::string()> metrics;    ///< Prometheus text
        const std::atomic<bool>* ready = nullptr;
    };

    /// Reads pages and assets of `templates`; throws std::runtime_error when they are missing or broken.
    Site(const std::filesystem::path& templates, Rooms rooms);

    asio::awaitable<net::HttpResponse> serve(net::HttpRequest request);
    asio::awaitable<net::UpgradeDecision> upgrade(net::HttpRequest request);

    /// Reads the pages anew; throws as the constructor, and then the old ones stay.
    void reload() { pages_.reload(); }

private:
    struct Asset {
        std::string type, bytes;
    };

    net::Hook* hook_of(std::string_view path) const;
    net::HttpResponse page(const net::HttpRequest& request) const;
    net::HttpResponse asset(const std::string& name) const;
    net::HttpResponse ready() const;

    const Rooms rooms_;
    wording::Renderer pages_;
    std::map<std::string, Asset> assets_;
};

} // namespace bot
