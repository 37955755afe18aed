#pragma once
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>

/// Protocol facts as data: tests/data/FILE.json holds {"of","name","in","out"}; the shared protocol vectors,
/// where their file lies beside the project or LASTMETER_VECTORS names it, are run by the same checks.
namespace testing_support {

using nlohmann::json;

/// `platform/kind` → what checks one case: input and expectation.
using CaseChecks = std::map<std::string, std::function<void(const json&, const json&)>>;

inline json read_json_file(const std::string& file)
{
    std::ifstream in(file);
    return json::parse(in, nullptr, false);
}

/// Runs our own cases of the kinds that `checks` names; there must be some.
inline void run_cases(const std::string& file, const CaseChecks& checks)
{
    int checked = 0;
    for (const json& one : read_json_file(LASTMETER_SOURCE_DIR "/tests/data/" + file)) {
        const auto check = checks.find(one["of"].get<std::string>());
        if (check == checks.end())
            continue;
        SCOPED_TRACE(check->first + ": " + one["name"].get<std::string>());
        check->second(one["in"], one["out"]);
        ++checked;
    }
    EXPECT_GT(checked, 0);
    testing::Test::RecordProperty("cases", checked);
}

/// Runs the shared vectors of those kinds; skips, and says so, when their file is not there.
inline void run_shared_vectors(const CaseChecks& checks)
{
    const char* named = std::getenv("LASTMETER_VECTORS");
    const json file =
        read_json_file(named ? named : LASTMETER_SOURCE_DIR "/../shared/protocols/vectors.json");
    if (!file.is_object())
        GTEST_SKIP() << "the file of protocol vectors is not beside the project";
    int checked = 0;
    for (const json& one : file["vectors"]) {
        const auto check =
            checks.find(one["platform"].get<std::string>() + "/" + one["kind"].get<std::string>());
        if (check == checks.end())
            continue;
        SCOPED_TRACE(one["id"].get<std::string>() + " " + one.value("note", ""));
        check->second(one["input"], one["expected"]);
        ++checked;
    }
    EXPECT_GT(checked, 0);
    testing::Test::RecordProperty("vectors", checked);
}

/// What an error case looks like on the wire.
inline std::string error_body(const json& in)
{
    if (in.contains("body"))
        return in["body"].dump();
    json body = in["more"];
    body["errcode"] = in["errcode"];
    body["errmsg"] = "x";
    return body.dump();
}

} // namespace testing_support
