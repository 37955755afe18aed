#pragma once
#include "tests/simulator/http.hpp"

#include <boost/asio/io_context.hpp>

namespace simulator {

/// Keep-alive HTTP/1.1 on one loop. Requests below /control are taken from loopback only and survive
/// refusals.
class HttpServer {
public:
    /// `listen` = "127.0.0.1:0". Throws boost::system::system_error when the address is taken.
    HttpServer(asio::io_context& context, const std::string& listen, Serve serve);
    ~HttpServer();

    /// `http://127.0.0.1:PORT`
    std::string url() const;
    /// Cuts every connection but those that control us, and really refuses new ones (nobody listens) for so
    /// long.
    void refuse_for(std::chrono::milliseconds span);
    /// Cuts every connection but those that control us.
    void cut();
    std::uint64_t connections_ever() const;
    std::uint64_t connections_open() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace simulator
