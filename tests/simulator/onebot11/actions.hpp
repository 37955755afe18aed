#pragma once
#include "tests/simulator/onebot11/outcome.hpp"
#include "tests/simulator/world.hpp"

#include <string>

namespace simulator::onebot11 {

/// The account that the platform plays.
struct Account {
    std::int64_t self_id = 10001;
    std::string token;  ///< of calls and sockets; empty = not checked
    std::string secret; ///< of reports; empty = not signed
};

/// What a bot may call. Knows no transport.
class Actions {
public:
    Actions(World& world, const Dialect& dialect, const Account& account)
        : world_(world), dialect_(dialect), account_(account)
    {
    }

    /// Does `action`; `via` is noted in the ledger.
    Outcome perform(const std::string& action, nlohmann::json params, const char* via);
    /// A quick operation's reply, sent like any message but beyond faults. True when it stands in the chat.
    bool reply(const std::string& chat, const nlohmann::json& segments);

private:
    Outcome send(const std::string& action, nlohmann::json& params, const char* via);
    Outcome send_notice(nlohmann::json& params);
    Outcome deliver(const std::string& chat, const nlohmann::json& segments, const char* via);
    Outcome recall(const nlohmann::json& params);
    Outcome show(const nlohmann::json& params);
    Outcome history(const nlohmann::json& params);
    Outcome tell(const std::string& action, const nlohmann::json& params);
    nlohmann::json message_json(const std::string& chat, const Entry& entry) const;
    nlohmann::json group_json(const std::string& group) const;

    World& world_;
    const Dialect& dialect_;
    const Account& account_;
};

/// An id that came as number or string, as text; empty for anything else.
std::string id_text(const nlohmann::json& params, const char* key);

} // namespace simulator::onebot11
