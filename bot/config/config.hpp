#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bot::config {

/// A value that prints as *** and is read only by name.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

private:
    std::string value_;
};

/// The keys that `[[account]]` may carry for one platform, beside `id` and `platform`.
struct PlatformKeys {
    std::vector<std::string> values;
    std::vector<std::string> secrets;
};
using Platforms = std::map<std::string, PlatformKeys>;

struct Account {
    std::string id;
    std::string platform;
    std::map<std::string, std::string> values; ///< keys that the platform allows and the file gives
    std::map<std::string, Secret> secrets;

    std::string value(const std::string& key) const;
    std::string secret(const std::string& key) const;
};

struct Config {
    std::vector<std::string> listen{"127.0.0.1:8080"};
    std::string public_url;
    std::string tls_cert, tls_key;
    std::vector<std::string> trusted_proxies;
    std::string store_url = "sqlite:data/lastmeter.db";
    std::filesystem::path knowledge_dir = "templates/knowledge";
    std::filesystem::path knowledge_overlay; ///< an operator's own cards and figures; empty = none
    std::string llm_url, llm_model;          ///< an OpenAI-compatible API; empty = none
    Secret llm_key;
    int llm_budget_ms = 1500;
    std::vector<std::string> names{"工会小助手",
                                   "小助手"}; ///< what people may call the bot at the start of a message
    std::string quiet_hours = "22:00-07:00";  ///< Asia/Shanghai; empty = none
    int per_group_per_day = 3;                ///< 0 = no cap
    int approval_from_groups = 2;             ///< 0 = never
    std::string emblem;
    std::string map_base = "none", map_datum = "wgs84", map_attribution;
    Secret map_key;
    int walk_radius_m = 1000, ebike_radius_m = 3000;
    std::vector<Account> accounts;
};

/// Something wrong in a file that a person wrote. `line` is 0 where there is none (environment).
struct Problem {
    std::string file;
    int line = 0;
    std::string message;

    std::string text() const; ///< `file:line: message`
};

struct Loaded {
    Config config;
    std::vector<Problem> problems; ///< empty = usable
};

using Environment = std::map<std::string, std::string>;

/// The LASTMETER_… variables and those that `{ env = "…" }` may name.
Environment process_environment();

/// Reads the TOML file (a missing file gives the defaults when `must_exist` is false), then the overrides
/// `LASTMETER_SECTION_KEY`. Never throws: whatever is wrong stands in `problems`.
Loaded load(const std::filesystem::path& file, const Environment& environment, bool must_exist,
            const Platforms& platforms);

/// The same from a text that is at hand; `name` stands for the file in `problems`.
Loaded load_text(std::string_view toml, const std::string& name, const Environment& environment,
                 const Platforms& platforms);

/// The nearest of `known` when it is close enough to be a slip of the fingers, else empty.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

} // namespace bot::config
