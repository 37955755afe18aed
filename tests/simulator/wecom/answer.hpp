#pragma once
#include "tests/simulator/http.hpp"
#include "tests/simulator/world.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace simulator::wecom {

/// `{"errcode","errmsg"}` with what else there is to say, inside a 200.
Response say(int errcode, const std::string& errmsg, nlohmann::json more = nlohmann::json::object());

/// Lets the fate of a call happen to its answer.
Response with_fate(Response response, const Fate& fate, std::shared_ptr<void> flight);

/// Whether the body is JSON that says Chinese as it is: strictly UTF-8, no `\u` escapes of letters.
bool has_escapes(const std::string& raw);

} // namespace simulator::wecom
