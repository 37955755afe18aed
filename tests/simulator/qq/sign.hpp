#pragma once
#include <string>

namespace simulator::qq {

/// Ed25519 in hex by the key that grows out of the bot's secret; OpenSSL's implementation.
std::string sign_hex(const std::string& secret, const std::string& message);

} // namespace simulator::qq
