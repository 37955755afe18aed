#pragma once
#include "tests/simulator/faults.hpp"
#include "tests/simulator/onebot11/dialect.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace simulator::onebot11 {

enum class Wire { http, socket };

/// What an action came to, before a transport gives it a form.
struct Outcome {
    enum class Kind {
        done,
        bad_params,
        unknown_action,
        not_in_group,
        muted,
        limited,
        failed,  ///< anything else; `words` says what
        injected ///< the fate's error
    };
    Kind kind = Kind::done;
    nlohmann::json data;
    std::string words;
    Fate fate;
};

/// The answer envelope in the words of `dialect`; `echo` stands in it unless it is null.
std::string envelope(const Dialect& dialect, Wire wire, const Outcome& outcome, const nlohmann::json& echo);

/// An envelope of a failure that never reached an action.
std::string refusal(int retcode, const std::string& words);

} // namespace simulator::onebot11
