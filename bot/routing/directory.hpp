#pragma once
#include "bot/core/event.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace bot::routing {

enum class GroupMode { mention, attentive, muted };

/// What the answering side needs to know of a group, without a database.
struct KnownGroup {
    std::int64_t id = 0;
    std::string account;
    std::string external_id;
    std::string org;
    std::vector<std::string> industries;
    GroupMode mode = GroupMode::mention;
};

/// The groups in memory, replaced or patched when the store changes. Thread-safe.
class Directory {
public:
    void replace(std::vector<KnownGroup> groups);
    void put(KnownGroup group);
    /// Nothing for a chat that is no known group.
    std::shared_ptr<const KnownGroup> find(const std::string& account, const std::string& external_id) const;
    std::size_t size() const;

    /// The region that the units of all groups lie in: the longest code of a province, city or county that
    /// theirs begin with; empty when they have none in common.
    std::string home_region() const;

private:
    void note_region(const std::string& org);

    mutable std::mutex mutex_;
    std::string home_region_;
    bool any_region_ = false;
    std::unordered_map<std::string, std::shared_ptr<const KnownGroup>> groups_;
};

} // namespace bot::routing
