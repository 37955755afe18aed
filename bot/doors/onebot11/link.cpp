#include "bot/doors/onebot11/link.hpp"

#include <utility>

namespace bot::doors::onebot11 {

asio::awaitable<Answer> Link::perform(Call call, std::chrono::milliseconds timeout)
{
    Frame write = [call = std::move(call)](const std::string& echo) { return frame(call, echo); };
    net::LinkAnswer got = co_await EchoLink::call(std::move(write), timeout);
    Answer answer;
    answer.body = std::move(got.body);
    if (got.arrival == net::LinkAnswer::Arrival::answered) {
        answer.transport = Transport::answered;
        answer.status = 200;
    } else if (got.arrival == net::LinkAnswer::Arrival::refused) {
        answer.transport = Transport::refused;
    }
    co_return answer;
}

} // namespace bot::doors::onebot11
