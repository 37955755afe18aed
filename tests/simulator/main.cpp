#include "tests/simulator/control.hpp"
#include "tests/simulator/onebot11/platform.hpp"
#include "tests/simulator/onebot12/platform.hpp"
#include "tests/simulator/qq/platform.hpp"
#include "tests/simulator/satori/platform.hpp"
#include "tests/simulator/wechat/followers.hpp"
#include "tests/simulator/wecom/company.hpp"
#include "tests/simulator/wecom/robot.hpp"
#include "tests/simulator/wecom/smart_bot.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>

namespace {

namespace asio = boost::asio;

using Flags = std::map<std::string, std::string>;

/// `--name value` pairs over their defaults.
Flags read_flags(int argc, char** argv)
{
    Flags flags{{"--listen", "127.0.0.1:0"},
                {"--seed", "1"},
                {"--token", ""},
                {"--secret", ""},
                {"--dialect", "napcat"},
                {"--self-id", "10001"},
                {"--platform", "onebot11"},
                {"--key", ""}};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 >= argc || !flags.contains(argv[i]))
            throw std::invalid_argument(std::string("unknown or without value: ") + argv[i]);
        flags[argv[i]] = argv[i + 1];
    }
    return flags;
}

using Make =
    std::function<std::unique_ptr<simulator::Platform>(asio::io_context&, simulator::World&, const Flags&)>;

/// Every platform that can be played, by the name of `--platform`.
const std::map<std::string, Make>& platforms()
{
    using namespace simulator;
    static const std::map<std::string, Make> all{
        {"onebot11",
         [](asio::io_context& context, World& world, const Flags& flags) {
             onebot11::Account account{std::stoll(flags.at("--self-id")), flags.at("--token"),
                                       flags.at("--secret")};
             return std::make_unique<onebot11::OneBot11>(
                 context, world, onebot11::find_dialect(flags.at("--dialect")), std::move(account));
         }},
        {"onebot12",
         [](asio::io_context& context, World& world, const Flags& flags) {
             return std::make_unique<onebot12::OneBot12>(context, world, flags.at("--token"));
         }},
        {"qq",
         [](asio::io_context&, World& world, const Flags& flags) {
             qq::Account account{flags.at("--self-id"), flags.at("--secret")};
             return std::make_unique<qq::Official>(world, std::move(account));
         }},
        {"satori",
         [](asio::io_context&, World& world, const Flags& flags) {
             return std::make_unique<satori::Server>(world, flags.at("--token"), flags.at("--secret"));
         }},
        {"wechat-mp",
         [](asio::io_context&, World& world, const Flags& flags) {
             wechat::Account account;
             account.secret = flags.at("--secret");
             account.token = flags.at("--token");
             account.key = flags.at("--key");
             account.mode = flags.at("--dialect");
             return std::make_unique<wechat::Followers>(world, std::move(account));
         }},
        {"wecom-app",
         [](asio::io_context&, World& world, const Flags& flags) {
             wecom::Company::Account account;
             account.secret = flags.at("--secret");
             account.token = flags.at("--token");
             account.key = flags.at("--key");
             return std::make_unique<wecom::Company>(world, std::move(account));
         }},
        {"wecom-bot",
         [](asio::io_context&, World& world, const Flags& flags) {
             wecom::SmartBot::Account account;
             account.token = flags.at("--token");
             account.key = flags.at("--key");
             return std::make_unique<wecom::SmartBot>(world, std::move(account));
         }},
        {"wecom-robot",
         [](asio::io_context&, World& world, const Flags&) { return std::make_unique<wecom::Robot>(world); }},
    };
    return all;
}

int run(const Flags& flags)
{
    using namespace simulator;
    World world(
        std::stoull(flags.at("--seed"))); // outlives the loop, whose coroutines count themselves in it
    asio::io_context context(1);
    const auto make = platforms().find(flags.at("--platform"));
    if (make == platforms().end())
        throw std::invalid_argument("--platform: " + flags.at("--platform") + " is not played");
    const std::unique_ptr<Platform> platform = make->second(context, world, flags);
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
