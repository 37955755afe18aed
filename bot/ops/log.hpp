#pragma once
#include <string>

namespace bot::ops {

/// Logs to stderr: text when `json` is false, else one JSON object per line. Control characters never reach a
/// line. `level` is one of trace debug info warn error.
void setup_log(bool json, const std::string& level);

} // namespace bot::ops
