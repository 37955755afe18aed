#pragma once
#include "bot/core/reply.hpp"
#include "bot/core/selves.hpp"
#include "bot/net/http.hpp"

#include <string>
#include <string_view>

/// The house's messages → Satori calls, and what came back → `SendOutcome` (protocol sheet, sections 3, 6,
/// 8). Pure.
namespace bot::doors::satori {

struct Call {
    std::string method; ///< `message.create`
    std::string body;   ///< JSON
};

/// Every sign that could be markup in the text is escaped.
Call message_create(const std::string& channel, const Outgoing& message);
Call direct_channel(const std::string& user);
/// `/v1/message.create`.
std::string path_of(const Call& call);
/// The token, and which bot is meant, in the words of all versions.
net::Headers headers_of(const std::string& token, const Self& self);

enum class Transport { answered, refused, lost };

/// `refused`: nothing left. `lost`: the request may have arrived.
SendOutcome classify(Transport transport, unsigned status, std::string_view body);
/// The channel of an answer to `direct_channel`; empty when there is none.
std::string channel_of(std::string_view body);

} // namespace bot::doors::satori
