#pragma once
#include "bot/core/event.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>

/// The shared protocol vectors, where their file lies beside the project or LASTMETER_VECTORS names it.
namespace testing_support {

using nlohmann::json;

/// Kind of vector → what checks one: input and expectation.
using Checks = std::map<std::string, std::function<void(const json&, const json&)>>;

inline json read_vectors()
{
    const char* named = std::getenv("LASTMETER_VECTORS");
    std::ifstream in(named ? named : LASTMETER_SOURCE_DIR "/../shared/protocols/vectors.json");
    const json file = json::parse(in, nullptr, false);
    return file.is_object() ? file["vectors"] : json::array();
}

/// Runs every vector of the platform; skips, and says so, when there is none.
inline void run_vectors(const std::string& platform, const Checks& checks)
{
    int checked = 0;
    for (const json& one : read_vectors()) {
        if (one["platform"] != platform)
            continue;
        SCOPED_TRACE(one["id"].get<std::string>() + " " + one.value("note", ""));
        const auto check = checks.find(one["kind"].get<std::string>());
        ASSERT_NE(check, checks.end()) << one["kind"];
        check->second(one["input"], one["expected"]);
        ++checked;
    }
    if (checked == 0)
        GTEST_SKIP() << "the file of protocol vectors is not beside the project";
    testing::Test::RecordProperty("vectors", checked);
}

inline json to_json(const bot::Event& event)
{
    using bot::EventKind;
    static const std::map<EventKind, const char*> kinds{{EventKind::message, "message"},
                                                        {EventKind::notice, "notice"},
                                                        {EventKind::request, "request"},
                                                        {EventKind::meta, "meta"},
                                                        {EventKind::ignore, "ignore"}};
    json media = json::array();
    for (const bot::Media& one : event.media)
        media.push_back({{"type", one.type}, {"ref", one.ref}});
    return {
        {"kind", kinds.at(event.kind)},
        {"event", to_string(event.happening)},
        {"chat",
         {{"type", event.chat.type == bot::ChatType::group ? "group" : "private"}, {"id", event.chat.id}}},
        {"sender", {{"id", event.sender.id}, {"name", event.sender.name}, {"role", event.sender.role}}},
        {"message_id", event.message_id},
        {"text", event.text},
        {"quoted_id", event.quoted_id},
        {"media", media},
        {"mentions_bot", event.mentions_bot},
        {"mentions_all", event.mentions_all},
        {"self", event.self},
        {"time", event.time_ms / 1000},
        {"online", event.online}};
}

/// Only the fields that `expected` lists have to match.
inline void expect_fields(const json& expected, const json& got)
{
    for (const auto& [key, value] : expected.items())
        if (value.is_object())
            expect_fields(value, got.at(key));
        else
            EXPECT_EQ(got.at(key), value) << key;
}

} // namespace testing_support
