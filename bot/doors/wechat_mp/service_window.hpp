#pragma once
#include "bot/core/event.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bot::doors::wechat_mp {

/// How many service messages each person may still be sent, and until when (protocol sheet, section 7): 5
/// within 48 hours of what they said, 3 within a minute of a click, a scan or a follow. Of people that were
/// never heard, since this run began, nothing is known and the platform decides. Thread-safe.
class ServiceWindow {
public:
    enum class Verdict { open, used_up, closed };

    void heard(const Event& event, std::int64_t now_ms);
    /// Takes one message, when there is one.
    Verdict take(const std::string& person, std::int64_t now_ms);
    /// It did not leave after all.
    void give_back(const std::string& person, std::int64_t now_ms);
    /// The platform says that it is over.
    void close(const std::string& person);
    /// When the longest window ends; 0 = none is open.
    std::int64_t open_until_ms(const std::string& person) const;

private:
    struct Allowance {
        int left = 0;
        std::int64_t until_ms = 0;

        bool is_open(std::int64_t now_ms) const { return now_ms < until_ms; }
    };
    struct Person {
        Allowance spoken, clicked;
    };

    mutable std::mutex mutex_;
    std::unordered_map<std::string, Person> people_;
};

} // namespace bot::doors::wechat_mp
