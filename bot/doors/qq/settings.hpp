#pragma once
#include "bot/doors/qq/quota.hpp"
#include "bot/doors/qq/sign.hpp"
#include "bot/doors/qq/windows.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace bot::doors::qq {

/// How one bot is reached and what it may do; limits that the platform changes are values here.
struct Settings {
    std::string id;
    std::string app_id, secret;
    std::string api = "https://api.sgroup.qq.com";
    std::string token_url = "https://bots.qq.com/app/getAppAccessToken";
    std::vector<std::string> link_domains; ///< that the platform's console lets messages link to
    bool is_sandbox = false;
    bool pushes = false;    ///< the platform lets this bot speak unasked where a group allows it
    bool hears_all = false; ///< the groups let it hear every message
    bool markdown = false;  ///< the platform lets it write Markdown and buttons
    std::size_t text_limit = 1'500;
    WindowRules windows;
    std::vector<Quota> chat_quotas{{20, 60'000}, {1'000, 86'400'000}};
    std::chrono::milliseconds call_timeout{8'000};
    Signer signer;

    explicit Settings(std::string the_secret) : secret(std::move(the_secret)), signer(secret) {}
};

} // namespace bot::doors::qq
