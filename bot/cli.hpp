#pragma once

namespace bot {

/// The command line: serve, demo, ask, check, import, export, announce, status, token. Returns the exit code:
/// 0 done, 1 input or state, 2 usage, 3 outside.
int run_command_line(int argc, char** argv);

} // namespace bot
