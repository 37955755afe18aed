#include "tests/simulator/onebot11/outcome.hpp"

namespace simulator::onebot11 {
namespace {

using nlohmann::json;
using Kind = Outcome::Kind;

constexpr int result_muted = 120;
constexpr int result_limited = 110;
constexpr int result_other = 9000;

struct Failure {
    int retcode = 0;
    std::string words;
};

/// An action that the platform would not do. Where the dialect has no code of its own, it hands on QQ's
/// result number and no words.
Failure refused(const Dialect& dialect, Wire wire, int result, std::string words)
{
    const int code = wire == Wire::http ? dialect.failed_http : dialect.failed_socket;
    return code == 0 ? Failure{result, ""} : Failure{code, std::move(words)};
}

Failure failure_of(const Dialect& dialect, Wire wire, const Outcome& outcome)
{
    const bool http = wire == Wire::http;
    switch (outcome.kind) {
    case Kind::bad_params: return {http ? dialect.bad_http : dialect.bad_socket, outcome.words};
    case Kind::unknown_action:
        return {http ? dialect.unknown_http : dialect.unknown_socket, "不支持的API " + outcome.words};
    case Kind::not_in_group: return refused(dialect, wire, result_limited, dialect.not_in_group);
    case Kind::muted: return refused(dialect, wire, result_muted, dialect.muted);
    case Kind::limited: return refused(dialect, wire, result_limited, dialect.limited);
    case Kind::injected: return {outcome.fate.retcode, outcome.fate.words};
    default: return refused(dialect, wire, result_other, outcome.words);
    }
}

std::string write(json envelope, const json& echo)
{
    if (!echo.is_null())
        envelope["echo"] = echo;
    return envelope.dump(-1, ' ', false, json::error_handler_t::replace);
}

json failed(const Failure& failure)
{
    return {{"status", "failed"},
            {"retcode", failure.retcode},
            {"data", nullptr},
            {"message", failure.words},
            {"wording", failure.words}};
}

} // namespace

std::string envelope(const Dialect& dialect, Wire wire, const Outcome& outcome, const json& echo)
{
    if (outcome.kind != Kind::done)
        return write(failed(failure_of(dialect, wire, outcome)), echo);
    json done{{"status", "ok"}, {"retcode", 0}, {"data", outcome.data}, {"message", ""}, {"wording", ""}};
    return write(std::move(done), echo);
}

std::string refusal(int retcode, const std::string& words)
{
    return write(failed({retcode, words}), nullptr);
}

} // namespace simulator::onebot11
