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
    std::string org = "root"; ///< the unit of whoever wrote it
    std::string edited_by;    ///< who changed it last, if anybody but the author did

    bool is_approved() const { return !approved_by.empty(); }
};

struct AnnouncementPage {
    std::string unit = "root";  ///< of this unit and below
    std::string state;          ///< empty = all
    std::int64_t before_id = 0; ///< 0 = from the newest
    int limit = 50;
};

/// False when this author has used the idempotency key before; `id` then becomes the earlier one's.
bool insert_announcement(soci::session& sql, Announcement& announcement);
std::optional<Announcement> find_announcement(soci::session& sql, std::int64_t id);
/// Newest first.
std::vector<Announcement> list_announcements(soci::session& sql, const AnnouncementPage& page);
/// What people may change, and who did: the row goes back to `draft` and loses its approval. False when it is
/// none of draft, review, scheduled, rejected any more.
bool rewrite_announcement(soci::session& sql, const Announcement& changed);
/// False when it is neither a draft nor rejected.
bool remove_announcement(soci::session& sql, std::int64_t id);
std::vector<std::int64_t> due_announcements(soci::session& sql, std::int64_t now_ms);
/// Moves `from` → `to`; false when the state is another one now.
bool move_announcement(soci::session& sql, std::int64_t id, const std::string& from, const std::string& to);
void set_approver(soci::session& sql, std::int64_t id, const std::string& name);

} // namespace bot::storage
