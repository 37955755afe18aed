#include "tests/simulator/faults.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <utility>

namespace simulator {
namespace {

using Kind = Fate::Kind;

constexpr std::pair<const char*, Kind> kinds[] = {
    {"drop_before", Kind::drop_before},
    {"drop_answer", Kind::drop_answer},
    {"stall_before", Kind::stall_before},
    {"stall", Kind::stall},
    {"late", Kind::late},
    {"error", Kind::error},
};

bool is_kind(const std::string& name)
{
    for (const auto& [known, kind] : kinds)
        if (name == known)
            return true;
    return false;
}

} // namespace

void Faults::set(const nlohmann::json& settings)
{
    Faults fresh(0);
    for (const auto& [name, value] : settings.items()) {
        if (is_kind(name)) {
            fresh.probability_[name] = value.get<double>();
        } else if (name == "late_ms") {
            fresh.late_from_ms_ = value.at(0).get<std::int64_t>();
            fresh.late_to_ms_ = value.at(1).get<std::int64_t>();
        } else if (name == "retcode") {
            fresh.retcode_ = value.get<int>();
        } else if (name == "words") {
            fresh.words_ = value.get<std::string>();
        } else if (name == "most") {
            fresh.left_ = value.get<std::int64_t>();
        } else if (name == "on") {
            fresh.on_all_ = value.get<std::string>() == "all";
        } else if (name == "reorder") {
            fresh.reorder_ = value.get<int>();
        } else {
            throw std::invalid_argument("faults: unknown setting " + name);
        }
    }
    fresh.random_ = random_;
    fresh.struck_ = std::move(struck_);
    *this = std::move(fresh);
}

Fate Faults::draw(bool is_send)
{
    Fate fate;
    if (left_ == 0 || (!is_send && !on_all_))
        return fate;
    double dice = std::uniform_real_distribution<double>(0, 1)(random_);
    for (const auto& [name, kind] : kinds) {
        const auto chance = probability_.find(name);
        if (chance == probability_.end())
            continue;
        if (dice < chance->second) {
            fate.kind = kind;
            fate.retcode = retcode_;
            fate.words = words_;
            if (kind == Kind::late)
                fate.delay = std::chrono::milliseconds(
                    std::uniform_int_distribution<std::int64_t>(late_from_ms_, late_to_ms_)(random_));
            ++struck_[name];
            left_ -= left_ > 0 ? 1 : 0;
            return fate;
        }
        dice -= chance->second;
    }
    return fate;
}

} // namespace simulator
