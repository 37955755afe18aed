#pragma once
#include "bot/core/reply.hpp"
#include "bot/core/selves.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The house's messages → OneBot 12 actions, and what came back → `SendOutcome` (protocol sheet, sections 5
/// and 8). Pure.
namespace bot::doors::onebot12 {

/// `{"action","params","self"}` as one JSON object; `echo` where it is not empty, `self` where it is known.
std::string send_message(const Outgoing& message, const Self& self, const std::string& echo = {});

/// The body that answers a report with an action, where there is no other way to send.
std::string quick_actions(const Outgoing& message, const Self& self);

/// Whether a message carries more than text, and what is left without that.
bool is_decorated(const Outgoing& message);
Outgoing plain(Outgoing message);

enum class Transport { answered, refused, lost };

/// `answered`: `status` and `body` are the HTTP answer, or 200 and the frame of a socket. `refused`: nothing
/// left. `lost`: the request may have arrived.
SendOutcome classify(Transport transport, unsigned status, std::string_view body);
/// What an outcome means for a message: where the implementation itself broke, "nothing happened" is no
/// promise.
SendOutcome of_message(SendOutcome outcome);
/// Whether the peer does not know a kind of segment.
bool lacks_segment(const SendOutcome& outcome);

} // namespace bot::doors::onebot12
