#pragma once
#include "bot/net/http.hpp"
#include "bot/outreach/announcer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JSON in and out, the same for every resource of the API.
namespace bot::console {

/// What a token may not see does not exist for it.
net::HttpResponse not_found();
/// 404 for `id`, 409 for a conflict, else 422; `errors` names the field.
net::HttpResponse refused(const outreach::Refusal& refusal);
net::HttpResponse answer(const nlohmann::json& body, unsigned status = 200);
/// `{"items":[…],"next":cursor or null}`.
net::HttpResponse answer_page(nlohmann::json items, const std::string& next);

/// The body as an object, or nothing.
std::optional<nlohmann::json> read_object(const net::HttpRequest& request);
/// 400, naming what was expected.
net::HttpResponse unreadable(const std::string& expected);
std::string read_text(const nlohmann::json& body, const char* key, const std::string& fallback = "");
/// Absent or null = 0; nothing for what is no time.
std::optional<std::int64_t> read_time(const nlohmann::json& body, const char* key);
/// Nothing for what is no list of texts.
std::optional<std::vector<std::string>> read_list(const nlohmann::json& body, const char* key);
/// -1 for what is no number.
std::int64_t number_of(std::string_view text);

struct PageAsked {
    std::string cursor; ///< empty = from the start
    int limit = 50;
};
/// `cursor` and `limit` (1 to `most`) of the query.
PageAsked read_page(const net::HttpRequest& request, int usual, int most);

nlohmann::json time_or_null(std::int64_t ms);

} // namespace bot::console
