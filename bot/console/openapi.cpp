#include "bot/console/openapi.hpp"

#include <nlohmann/json.hpp>

namespace bot::console {
namespace {

using nlohmann::json;

/// The bodies that the routes name.
constexpr auto schemas = R"json({
"Time": {"type": ["string", "null"], "format": "date-time", "description": "ISO 8601；不写时区就是北京时间"},
"Draft": {"type": "object", "properties": {
    "title": {"type": "string", "maxLength": 60}, "body": {"type": "string", "maxLength": 2000},
    "category": {"enum": ["activities", "jobs", "rights", "mutual-aid", "services", "notices"]},
    "audience": {"type": "string", "example": "org:621102 and industry:courier"},
    "priority": {"enum": ["notice", "reminder", "emergency"]},
    "send_at": {"$ref": "#/components/schemas/Time"}, "expires_at": {"$ref": "#/components/schemas/Time"}}},
"Counts": {"type": "object", "properties": {
    "total": {"type": "integer"}, "waiting": {"type": "integer"}, "sending": {"type": "integer"},
    "sent": {"type": "integer"}, "unknown": {"type": "integer"}, "failed": {"type": "integer"},
    "skipped": {"type": "integer"},
    "of_sending": {"type": "object", "properties": {"handed": {"type": "integer"}}},
    "of_sent": {"type": "object", "properties": {"confirmed": {"type": "integer"}}}}},
"Announcement": {"allOf": [{"$ref": "#/components/schemas/Draft"}, {"type": "object", "properties": {
    "id": {"type": "string"},
    "state": {"enum": ["draft", "review", "scheduled", "sending", "paused", "done", "rejected", "cancelled", "recalled"]},
    "org": {"type": "string"}, "created_by": {"type": "string"}, "created_at": {"$ref": "#/components/schemas/Time"},
    "edited_by": {"type": "string"}, "approved_by": {"type": "string"},
    "counts": {"$ref": "#/components/schemas/Counts"}}}]},
"AnnouncementPage": {"type": "object", "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Announcement"}}, "next": {"type": ["string", "null"]}}},
"Preview": {"type": "object", "properties": {
    "total": {"type": "integer"}, "reachable": {"type": "integer"},
    "excluded": {"type": "array", "items": {"type": "object", "properties": {
        "reason": {"type": "string"}, "count": {"type": "integer"}}}},
    "renderings": {"type": "array", "items": {"type": "object", "properties": {
        "platform": {"type": "string"}, "text": {"type": "string"}, "parts": {"type": "integer"},
        "problems": {"type": "array", "items": {"type": "string"}}}}},
    "earliest_finish": {"$ref": "#/components/schemas/Time"}}},
"Delivery": {"type": "object", "properties": {
    "group": {"type": "string"}, "account": {"type": "string"}, "external_id": {"type": "string"},
    "name": {"type": "string"},
    "state": {"enum": ["waiting", "held", "sending", "sent", "handed", "confirmed", "unknown", "failed", "skipped"]},
    "attempts": {"type": "integer"}, "reason": {"type": "string"}, "until": {"$ref": "#/components/schemas/Time"},
    "platform_words": {"type": "string"}, "platform_message_id": {"type": "string"},
    "at": {"$ref": "#/components/schemas/Time"}, "sent_at": {"$ref": "#/components/schemas/Time"},
    "age_s": {"type": "integer"}}},
"DeliveryPage": {"type": "object", "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}}, "next": {"type": ["string", "null"]}}},
"Resolution": {"type": "object", "required": ["group", "to"], "properties": {
    "group": {"type": "string"}, "to": {"enum": ["sent", "waiting"]}}},
"GroupChange": {"type": "object", "properties": {
    "name": {"type": "string"}, "org": {"type": "string"},
    "industries": {"type": "array", "items": {"type": "string"}}, "tags": {"type": "array", "items": {"type": "string"}},
    "subscriptions": {"type": "array", "items": {"type": "string"}}, "mode": {"enum": ["mention", "attentive", "muted"]}}},
"Group": {"allOf": [{"$ref": "#/components/schemas/GroupChange"}, {"type": "object", "properties": {
    "id": {"type": "string"}, "account": {"type": "string"}, "external_id": {"type": "string"},
    "state": {"enum": ["active", "left", "no_consent"]}}}]},
"GroupPage": {"type": "object", "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Group"}}, "next": {"type": ["string", "null"]}}},
"Org": {"type": "object", "properties": {
    "code": {"type": "string"}, "name": {"type": "string"}, "parent": {"type": "string"}, "kind": {"type": "string"},
    "lat": {"type": ["number", "null"]}, "lng": {"type": ["number", "null"]}, "tile": {"type": "string"}}},
"OrgPage": {"type": "object", "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Org"}}, "next": {"type": ["string", "null"]}}},
"BindCodeAsked": {"type": "object", "properties": {"org": {"type": "string"}}},
"BindCode": {"type": "object", "properties": {
    "code": {"type": "string"}, "org": {"type": "string"}, "expires_at": {"$ref": "#/components/schemas/Time"}}},
"AccountPage": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object", "properties": {
    "id": {"type": "string"}, "label": {"type": "string"}, "official": {"type": "boolean"},
    "connected": {"type": "boolean"}, "detail": {"type": "string"}, "last_event": {"$ref": "#/components/schemas/Time"},
    "last_success": {"$ref": "#/components/schemas/Time"}}}}}},
"QuestionPage": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object", "properties": {
    "id": {"type": "string"}, "text": {"type": "string"}, "count": {"type": "integer"}, "groups": {"type": "integer"},
    "last_at": {"$ref": "#/components/schemas/Time"}, "action": {"type": "string"},
    "topics": {"type": "array", "items": {"type": "object", "properties": {
        "topic": {"type": "string"}, "title": {"type": "string"}, "score": {"type": "number"}}}},
    "questions": {"type": "array", "items": {"type": "string"}}}}}}},
"QuestionsAttached": {"type": "object", "required": ["questions"], "properties": {
    "questions": {"type": "array", "items": {"type": "string"}}, "topic": {"type": "string"},
    "send_back": {"type": "boolean"}}},
"QuestionsSettled": {"type": "object", "properties": {
    "settled": {"type": "integer"}, "sent_back": {"type": "integer"}}},
"Trial": {"type": "object", "required": ["text"], "properties": {
    "text": {"type": "string"}, "addressed": {"type": "boolean"}, "org": {"type": "string"},
    "industries": {"type": "array", "items": {"type": "string"}}}},
"TrialAnswer": {"type": "object"},
"EventStream": {"type": "string"},
"Description": {"type": "object"},
"Problem": {"type": "object", "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
    "errors": {"type": "array", "items": {"type": "object", "properties": {
        "field": {"type": "string"}, "message": {"type": "string"}}}}}}
})json";

json content(const std::string& type, const std::string& schema)
{
    return {{type, {{"schema", {{"$ref", "#/components/schemas/" + schema}}}}}};
}

json parameters(const Route& route)
{
    json list = json::array();
    for (std::size_t at = route.path.find('{'); at != std::string::npos; at = route.path.find('{', at + 1))
        list.push_back({{"name", route.path.substr(at + 1, route.path.find('}', at) - at - 1)},
                        {"in", "path"},
                        {"required", true},
                        {"schema", {{"type", "string"}}}});
    for (const std::string& name : route.query)
        list.push_back({{"name", name},
                        {"in", "query"},
                        {"schema", {{"type", name == "limit" ? "integer" : "string"}}}});
    return list;
}

json operation(const Route& route)
{
    json done{{"description", route.summary}};
    if (!route.gives.empty())
        done["content"] =
            content(route.gives == "EventStream" ? "text/event-stream" : "application/json", route.gives);
    const json problem{{"description", "没办成"},
                       {"content", content("application/problem+json", "Problem")}};
    json described{{"summary", route.summary},
                   {"parameters", parameters(route)},
                   {"responses", {{std::to_string(route.status), std::move(done)}, {"default", problem}}}};
    if (route.right == Right::open)
        described["security"] = json::array();
    if (!route.takes.empty())
        described["requestBody"] = {{"content", content("application/json", route.takes)}};
    return described;
}

std::string lower(std::string text)
{
    for (char& c : text)
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
}

} // namespace

std::string describe(const Router& router)
{
    json paths = json::object();
    for (const Route& route : router.routes())
        paths["/" + route.path][lower(route.method)] = operation(route);
    const json description{{"openapi", "3.1.0"},
                           {"info", {{"title", "Lastmeter"}, {"version", "1"}}},
                           {"servers", {{{"url", "/api/v1"}}}},
                           {"security", {{{"token", json::array()}}}},
                           {"paths", std::move(paths)},
                           {"components",
                            {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
                             {"schemas", json::parse(schemas)}}}};
    return description.dump();
}

} // namespace bot::console
