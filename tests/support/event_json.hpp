#pragma once
#include "bot/core/event.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>

/// Events in the words of the protocol cases.
namespace testing_support {

inline nlohmann::json event_json(const bot::Event& event)
{
    using bot::EventKind;
    static const std::map<EventKind, const char*> kinds{{EventKind::message, "message"},
                                                        {EventKind::notice, "notice"},
                                                        {EventKind::request, "request"},
                                                        {EventKind::meta, "meta"},
                                                        {EventKind::ignore, "ignore"}};
    nlohmann::json media = nlohmann::json::array();
    for (const bot::Media& one : event.media)
        media.push_back({{"type", one.type}, {"ref", one.ref}});
    nlohmann::json told{
        {"kind", kinds.at(event.kind)},
        {"event", to_string(event.happening)},
        {"chat",
         {{"type", event.chat.type == bot::ChatType::group ? "group" : "private"}, {"id", event.chat.id}}},
        {"sender", {{"id", event.sender.id}, {"name", event.sender.name}, {"role", event.sender.role}}},
        {"message_id", event.message_id},
        {"text", event.text},
        {"quoted_id", event.quoted_id},
        {"quoted_text", event.quoted_text},
        {"media", media},
        {"mentions_bot", event.mentions_bot},
        {"mentions_all", event.mentions_all},
        {"time", event.time_ms / 1000},
        {"key", event.key},
        {"scene", event.key},
        {"task_id", event.flag},
        {"delivered", event.delivered},
        {"reason", event.comment}};
    if (event.location)
        told["location"] = {
            {"lat", event.location->lat}, {"lon", event.location->lon}, {"label", event.location->label}};
    return told;
}

/// Only the fields that `expected` lists have to match; the parts of `dedupe` have to stand in the key.
inline void expect_event(const nlohmann::json& expected, const bot::Event& event)
{
    const nlohmann::json told = event_json(event);
    for (const auto& [key, value] : expected.items()) {
        if (key == "dedupe") {
            for (const auto& part : value)
                EXPECT_NE(event.dedupe_key.find(part.get<std::string>()), std::string::npos) << part;
            continue;
        }
        if (!value.is_object()) {
            EXPECT_EQ(told.value(key, nlohmann::json()), value) << key;
            continue;
        }
        for (const auto& [inner, wanted] : value.items())
            EXPECT_EQ(told.at(key).at(inner), wanted) << key << "." << inner;
    }
}

} // namespace testing_support
