#pragma once
#include "bot/config/config.hpp"
#include "bot/core/clock.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace bot {

/// The only place that knows every room: builds, wires, starts, stops in order.
class App {
public:
    struct Options {
        config::Config config;
        std::filesystem::path templates; ///< the directory `templates/`
        bool demo = false;
        /// Reads the configuration anew, for SIGHUP; its problems say why the old one stays.
        std::function<config::Loaded()> reread;
    };

    /// Opens the store, loads knowledge and words; throws when something is missing or broken.
    App(Options options, const Clock& clock);
    ~App();

    /// Serves until SIGTERM or SIGINT, then stops within 10 s; SIGHUP reads knowledge, templates and account
    /// settings anew. Returns the exit code.
    int run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bot
