#include "bot/doors/satori/gateway.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::satori {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

std::string identify(const std::string& token, std::optional<std::int64_t> last)
{
    json body = json::object();
    if (!token.empty())
        body["token"] = token;
    if (last)
        body["sn"] = *last;
    return json{{"op", static_cast<int>(Op::identify)}, {"body", std::move(body)}}.dump();
}

std::string ping()
{
    return R"({"op":1,"body":{}})";
}

Logins read_logins(const json& body)
{
    Logins logins;
    const auto list = body.find("logins");
    if (list == body.end() || !list->is_array())
        return logins;
    for (const json& one : *list) {
        if (!one.is_object())
            continue;
        const auto user = one.find("user");
        const std::string id =
            user != one.end() && user->is_object() ? text_of(*user, "id") : text_of(one, "self_id");
        const auto status = one.find("status");
        const bool online =
            status != one.end() && status->is_number_integer() && status->get<std::int64_t>() == 1;
        if (!id.empty())
            logins.emplace_back(Self{text_of(one, "platform"), id}, online);
    }
    return logins;
}

Ending ending_of(unsigned close_code)
{
    Ending ending;
    ending.may_reconnect = close_code != 4004;
    ending.may_resume = close_code != 4009;
    return ending;
}

std::string events_url(const std::string& api)
{
    return (api.starts_with("http") ? "ws" + api.substr(4) : api) + "/v1/events";
}

} // namespace bot::doors::satori
