#pragma once
#include "bot/core/reply.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The house's messages → OneBot 11 calls, and what came back → `SendOutcome` (protocol sheet, sections 5, 6,
/// 9). Pure.
namespace bot::doors::onebot11 {

/// One API call: `POST {api}/{action}` or a frame on a socket.
struct Call {
    std::string action;
    std::string params; ///< a JSON object
};

/// `send_group_msg` or `send_private_msg` in array form, so that user text cannot smuggle a code in.
Call send_message(const Outgoing& message);
Call group_notice(const std::string& group_id, const std::string& content);
Call answer_join_request(const std::string& flag, const std::string& sub_type, bool approve,
                         const std::string& reason);
Call group_history(const std::string& group_id, int count);

/// `{"action","params","echo"}`.
std::string frame(const Call& call, const std::string& echo);

/// The body that answers an HTTP report (section 6).
std::string quick_reply(const Reply& reply, bool in_group);

/// Splits at line or sentence ends so that no part has more than `limit` code points; never inside a
/// character.
std::vector<std::string> split_text(std::string_view text, std::size_t limit);

enum class Transport { answered, refused, lost };

/// `answered`: `status` and `body` are the HTTP answer, or 200 and the frame of a socket. `refused`: nothing
/// left. `lost`: the request may have arrived.
SendOutcome classify(Transport transport, unsigned status, std::string_view body);

} // namespace bot::doors::onebot11
