#pragma once
#include "bot/config/config.hpp"
#include "bot/core/clock.hpp"

#include <filesystem>
#include <memory>

namespace bot {

/// The only place that knows every room: builds, wires, starts, stops in order.
class App {
public:
    struct Options {
        config::Config config;
        std::filesystem::path templates; ///< the directory `templates/`
        bool demo = false;
    };

    /// Opens the store, loads knowledge and words; throws when something is missing or broken.
    App(Options options, const Clock& clock);
    ~App();

    /// Serves until SIGTERM or SIGINT, then stops within 10 s. Returns the exit code.
    int run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bot
