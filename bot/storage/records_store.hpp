#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace soci {
class session;
}

namespace bot::storage {

/// What is written behind the answering: keys of seen events, and the tokens of the API.
using SeenRow = std::pair<std::string, std::int64_t>;
bool insert_seen(soci::session& sql, const std::vector<SeenRow>& keys, std::int64_t forget_before_ms);
std::vector<SeenRow> list_seen(soci::session& sql, std::int64_t since_ms);

struct Token {
    std::string name, role, org;
};
bool insert_token(soci::session& sql, const std::string& hash, const Token& token, std::int64_t now_ms);
/// Takes back every token of that name.
void remove_tokens(soci::session& sql, const std::string& name);
std::optional<Token> find_token(soci::session& sql, const std::string& hash);

} // namespace bot::storage
