#pragma once
#include "bot/storage/orgs_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bot::storage {

/// A chat group on one account. Lists are sorted.
struct Group {
    std::int64_t id = 0;
    std::string account, external_id, name, org;
    std::vector<std::string> industries, tags, subscriptions;
    std::string mode = "mention"; ///< mention, attentive, muted
    std::string state = "active"; ///< active, left, no_consent

    bool operator==(const Group&) const = default;
};

/// Writes by (account, external_id); `id` is used for a new one only. The unit must exist, else
/// std::invalid_argument.
Change upsert_group(soci::session& sql, const Group& group);
std::optional<Group> find_group(soci::session& sql, const std::string& account,
                                const std::string& external_id);
std::optional<Group> find_group(soci::session& sql, std::int64_t id);
std::vector<Group> list_groups(soci::session& sql);
/// The next groups of `unit` and below, by id.
std::vector<Group> list_groups_within(soci::session& sql, const std::string& unit, std::int64_t after_id,
                                      int limit);
void set_group_state(soci::session& sql, const std::string& account, const std::string& external_id,
                     const std::string& state);
void subscribe(soci::session& sql, std::int64_t group_id, const std::string& category);
void unsubscribe(soci::session& sql, std::int64_t group_id, const std::string& category);

/// One-time codes that bind a group to a unit.
void add_bind_code(soci::session& sql, const std::string& code, const std::string& org,
                   std::int64_t expires_ms);
/// The unit of a code that is still good; the code is used up.
std::optional<std::string> take_bind_code(soci::session& sql, const std::string& code, std::int64_t now_ms);

} // namespace bot::storage
