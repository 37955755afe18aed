#include "bot/doors/sandbox/door.hpp"
#include "tests/fuzz/target.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

using namespace bot;

asio::awaitable<std::optional<Reply>> repeat(Event event)
{
    std::optional<Reply> reply;
    reply.emplace();
    reply->text = event.text;
    co_return reply;
}

doors::sandbox::Group one_group()
{
    doors::sandbox::Group group;
    group.id = "g";
    group.people.push_back({"p", "老王", "member"});
    return group;
}

/// The first byte picks the action, the rest is the body.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static constexpr const char* actions[] = {"say", "recall", "again", "limits"};
    static const SystemClock clock;
    static doors::sandbox::SandboxDoor door("sandbox", {one_group()}, clock, repeat);
    if (size == 0)
        return 0;
    net::HttpRequest request;
    request.method = "POST";
    request.body = std::string(fuzz::text_of(data + 1, size - 1));
    unsigned status = 0;
    asio::io_context context(1);
    asio::co_spawn(context, door.serve(actions[data[0] % 4], std::move(request)),
                   [&](std::exception_ptr error, std::optional<net::HttpResponse> response) {
                       fuzz::promise(!error && response);
                       status = response->status;
                   });
    context.run();
    fuzz::promise(status >= 200 && status < 500);
    return 0;
}
