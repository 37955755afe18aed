#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace testing_support {

/// A peer that writes whatever bytes it likes. Blocking, and every wait ends in time, if need be with an
/// exception.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(port);
        there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval most_wait{20 * LASTMETER_PATIENCE, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most_wait, sizeof most_wait);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &most_wait, sizeof most_wait);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
            throw std::runtime_error("cannot connect");
    }
    ~RawClient()
    {
        if (socket_ >= 0)
            ::close(socket_);
    }
    RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient& operator=(RawClient&&) = delete;

    /// Writes everything, or until the server does not want more; says how much it took.
    std::size_t write(std::string_view bytes)
    {
        std::size_t taken = 0;
        while (taken < bytes.size()) {
            const ssize_t n = ::send(socket_, bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL);
            if (n <= 0)
                break;
            taken += static_cast<std::size_t>(n);
        }
        return taken;
    }

    /// Says that nothing more will come, and goes on listening.
    void finish_writing() { ::shutdown(socket_, SHUT_WR); }

    /// Everything until the server closes. Throws when it does not close in time; a reset is an end, too.
    std::string read_all()
    {
        while (fill()) {
        }
        return std::exchange(received_, {});
    }

    /// Everything up to and with `mark`, or what came before the end.
    std::string read_until(std::string_view mark)
    {
        std::size_t at = received_.find(mark);
        while (at == std::string::npos && fill())
            at = received_.find(mark);
        if (at == std::string::npos)
            return std::exchange(received_, {});
        std::string head = received_.substr(0, at + mark.size());
        received_.erase(0, head.size());
        return head;
    }

private:
    bool fill()
    {
        char piece[16384];
        const ssize_t n = ::recv(socket_, piece, sizeof piece, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error("the server neither answered nor closed; so far: " + received_);
        if (n > 0)
            received_.append(piece, static_cast<std::size_t>(n));
        return n > 0;
    }

    int socket_;
    std::string received_;
};

} // namespace testing_support
