#include "tests/simulator/chats.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace simulator {

void Chats::set(const nlohmann::json& settings)
{
    for (const auto& [name, value] : settings.items()) {
        if (name == "members") {
            members_ = value.get<std::set<std::string>>();
            closed_ = true;
        } else if (name == "left") {
            left_ = value.get<std::set<std::string>>();
        } else if (name == "muted") {
            muted_ = value.get<std::set<std::string>>();
        } else {
            throw std::invalid_argument("groups: unknown setting " + name);
        }
    }
}

bool Chats::is_member(const std::string& group) const
{
    return !left_.contains(group) && (!closed_ || members_.contains(group));
}

} // namespace simulator
