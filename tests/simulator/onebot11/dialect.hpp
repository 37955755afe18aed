#pragma once
#include <string>

namespace simulator::onebot11 {

/// How one OneBot 11 implementation differs from the others, as data. Facts: the implementations' source
/// code.
struct Dialect {
    enum class Quick { none, reply_only, full };

    const char* name;
    const char* app_name; ///< of get_version_info
    const char* app_version;
    const char* user_agent;           ///< of reports and sockets
    const char* scheme;               ///< word before the token in a socket's Authorization
    bool strings;                     ///< messages are CQ strings instead of arrays
    bool format_fields;               ///< message_format, message_seq, real_id …
    bool named_at;                    ///< `at` segments carry a name
    unsigned no_token_status;         ///< HTTP status without a token; a wrong one is always 403
    bool refusal_envelope;            ///< an authentication failure has an envelope as its body
    bool strict_http;                 ///< other methods 405, other content types 406
    bool trailing_slash;              ///< `/send_msg/` is `/send_msg`
    int failed_http, failed_socket;   ///< retcode when an action failed; 0 = the platform's own result number
    int unknown_http, unknown_socket; ///< retcode of an unknown action
    int bad_http, bad_socket;         ///< retcode of bad parameters
    const char* not_in_group;         ///< words of failures
    const char* muted;
    const char* limited;
    bool has_history;
    Quick quick;
    int report_attempts; ///< on transport errors
    int heartbeat_ms;
    int reconnect_ms;
};

/// Throws std::invalid_argument for a name that is none of napcat, llonebot, lagrange, gocqhttp.
const Dialect& find_dialect(const std::string& name);

} // namespace simulator::onebot11
