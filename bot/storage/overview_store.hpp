#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace bot::storage {

/// What the store knows of one account. Times in milliseconds UTC, 0 = never.
struct AccountOverview {
    std::string account;
    std::map<std::string, std::int64_t> groups;     ///< by state
    std::map<std::string, std::int64_t> deliveries; ///< by state, of all announcements
    std::int64_t last_success_ms = 0;
    std::int64_t last_error_ms = 0;
    std::string last_error; ///< in the platform's words
};

/// Every account that has a group or a delivery, by name. Reads the whole ledger: not for a page.
std::vector<AccountOverview> overview(soci::session& sql);

} // namespace bot::storage
