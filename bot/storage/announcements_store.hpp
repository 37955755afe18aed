#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace bot::storage {

struct Announcement {
    std::int64_t id = 0;
    std::string title, body, category, audience;
    std::string priority = "notice"; ///< notice, reminder, emergency
    std::string state = "draft";
    std::int64_t send_at_ms = 0;    ///< 0 = as soon as it may
    std::int64_t expires_at_ms = 0; ///< 0 = never
    std::string created_by, approved_by, idempotency_key;
    std::int64_t created_ms = 0;
};

/// False when this author has used the idempotency key before; `id` then becomes the earlier one's.
bool insert_announcement(soci::session& sql, Announcement& announcement);
std::optional<Announcement> find_announcement(soci::session& sql, std::int64_t id);
/// Newest first.
std::vector<Announcement> list_announcements(soci::session& sql, int limit);
std::vector<std::int64_t> due_announcements(soci::session& sql, std::int64_t now_ms);
/// Moves `from` → `to`; false when the state is another one now.
bool move_announcement(soci::session& sql, std::int64_t id, const std::string& from, const std::string& to);
void set_approver(soci::session& sql, std::int64_t id, const std::string& name);

} // namespace bot::storage
