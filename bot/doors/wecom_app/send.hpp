#pragma once
#include "bot/core/reply.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The house's words → answers and calls of a self-built application, and what comes back about customer
/// groups (protocol sheet wecom, sections 3, 6, 7). Pure.
namespace bot::doors::wecom_app {

inline constexpr std::size_t text_bytes = 2048;       ///< application messages and answers
inline constexpr std::size_t group_text_bytes = 2048; ///< groups that the application made
inline constexpr std::size_t task_bytes = 4000;       ///< mass messages to customer groups
inline constexpr std::size_t groups_per_task = 2000;

/// The answer in the response: a text, XML or JSON.
std::string passive_text(const std::string& member, const std::string& company, std::int64_t seconds,
                         const std::string& text, bool is_json);

/// Bodies of calls. The same body within `dedupe_seconds` reaches a member once.
std::string member_text(std::int64_t agent_id, const std::vector<std::string>& members,
                        const std::string& text, int dedupe_seconds);
std::string member_news(std::int64_t agent_id, const std::string& member, const LinkCard& card);
std::string group_text(const std::string& chat_id, const std::string& text,
                       const std::vector<std::string>& mentions);
std::string mass_task(const std::string& owner, const std::vector<std::string>& chat_ids,
                      const std::string& text);
std::string list_groups(const std::string& cursor);
std::string get_group(const std::string& chat_id);
std::string list_tasks(std::int64_t from_seconds, std::int64_t to_seconds, const std::string& cursor);
std::string task_members(const std::string& task_id, const std::string& cursor);
std::string task_results(const std::string& task_id, const std::string& owner, const std::string& cursor);
std::string task_name(const std::string& task_id); ///< of remind and stop

/// `gettoken` with its query; holds the secret.
std::string token_path(const std::string& company, const std::string& secret);

/// Partly delivered: the members that did not get it, lower case.
std::vector<std::string> unreached(const nlohmann::json& answer);

/// Groups for which a task could not be made.
std::vector<std::string> failed_groups(const nlohmann::json& answer);

/// How a group stands in the results of a task: 0 not sent, 1 sent, 2 no friend, 3 had others already.
using GroupStates = std::map<std::string, int>;
void read_results(const nlohmann::json& answer, GroupStates& states);

/// `next_cursor`, or empty at the end.
std::string next_cursor(const nlohmann::json& answer);

} // namespace bot::doors::wecom_app
