#include "tests/simulator/control.hpp"
#include "tests/simulator/onebot11/platform.hpp"
#include "tests/simulator/qq/platform.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>

namespace {

namespace asio = boost::asio;

/// `--name value` pairs over their defaults.
std::map<std::string, std::string> read_flags(int argc, char** argv)
{
    std::map<std::string, std::string> flags{
        {"--listen", "127.0.0.1:0"}, {"--seed", "1"},       {"--token", ""}, {"--secret", ""},
        {"--dialect", "napcat"},     {"--self-id", "10001"}};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 >= argc || !flags.contains(argv[i]))
            throw std::invalid_argument(std::string("unknown or without value: ") + argv[i]);
        flags[argv[i]] = argv[i + 1];
    }
    return flags;
}

using Flags = std::map<std::string, std::string>;

/// The platform that speaks the dialect.
std::unique_ptr<simulator::Platform> make_platform(asio::io_context& context, simulator::World& world,
                                                   const Flags& flags)
{
    using namespace simulator;
    const std::string& dialect = flags.at("--dialect");
    if (dialect == "qq") {
        qq::Account account{flags.at("--self-id"), flags.at("--secret")};
        return std::make_unique<qq::Official>(world, std::move(account));
    }
    onebot11::Account account{std::stoll(flags.at("--self-id")), flags.at("--token"), flags.at("--secret")};
    return std::make_unique<onebot11::OneBot11>(context, world, onebot11::find_dialect(dialect),
                                                std::move(account));
}

int run(const Flags& flags)
{
    using namespace simulator;
    World world(
        std::stoull(flags.at("--seed"))); // outlives the loop, whose coroutines count themselves in it
    asio::io_context context(1);
    const auto platform = make_platform(context, world, flags);
    Control control(world, *platform);
    HttpServer server(context, flags.at("--listen"), [&](Request request) {
        return request.path.starts_with("/control") ? control.serve(std::move(request))
                                                    : platform->serve(std::move(request));
    });
    control.attach(server);
    std::cout << "listening " << server.url() << std::endl;
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](boost::system::error_code, int) { context.stop(); });
    context.run();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(read_flags(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << "platform_simulator: " << error.what() << "\n";
        return 2;
    }
}
