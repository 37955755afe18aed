#pragma once
#include <string>
#include <vector>

/// The platform's side of the vendor's envelope. Written for itself, so that both sides do not share a
/// mistake.
namespace simulator::wecom {

std::string sha1_of_sorted(std::vector<std::string> parts);

/// Base64 of the sealed message; `key` is the EncodingAESKey. Throws std::invalid_argument for a bad key.
std::string seal(const std::string& key, const std::string& message, const std::string& receiver);

/// The message; throws std::invalid_argument for whatever is not sealed for that receiver.
std::string unseal(const std::string& key, const std::string& sealed, const std::string& receiver);

/// What stands in `<name>…</name>`, with or without CDATA; empty when it is not there.
std::string xml_value(const std::string& xml, const std::string& name);
std::string xml_element(const std::string& name, const std::string& value);

std::string percent_encode(const std::string& value);

} // namespace simulator::wecom
