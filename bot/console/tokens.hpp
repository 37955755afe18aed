#pragma once
#include <string>

namespace bot::console {

/// 256 random bits in hex, from the operating system's generator.
std::string new_token();
/// What the store keeps of a token: SHA-256 in hex.
std::string token_hash(const std::string& token);
/// Eight digits a person can type, for binding a group.
std::string new_bind_code();

} // namespace bot::console
