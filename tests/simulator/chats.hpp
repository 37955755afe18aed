#pragma once
#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>

namespace simulator {

/// Which groups there are for the bot. At first it is in every group that anyone names.
class Chats {
public:
    /// Any of `members` (then it is in no other group), `left`, `muted`: lists of group ids, each replacing
    /// the last.
    void set(const nlohmann::json& settings);
    bool is_member(const std::string& group) const;
    bool is_muted(const std::string& group) const { return muted_.contains(group); }
    const std::set<std::string>& members() const { return members_; }

private:
    std::set<std::string> members_, left_, muted_;
    bool closed_ = false; ///< only `members_` exist
};

} // namespace simulator
