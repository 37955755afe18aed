#include "bot/doors/wechat_mp/service_window.hpp"

#include <algorithm>

namespace bot::doors::wechat_mp {
namespace {

constexpr std::int64_t two_days_ms = 48LL * 3600 * 1000;
constexpr std::int64_t minute_ms = 60'000;
constexpr int after_words = 5;
constexpr int after_click = 3;
constexpr std::size_t most_people = 200'000;

} // namespace

void ServiceWindow::heard(const Event& event, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    if (people_.size() >= most_people)
        std::erase_if(people_, [&](const auto& one) {
            return !one.second.spoken.is_open(now_ms) && !one.second.clicked.is_open(now_ms);
        });
    Person& person = people_[event.sender.id];
    const Happening what = event.happening;
    if (event.kind == EventKind::message)
        person.spoken = {after_words, now_ms + two_days_ms};
    else if (what == Happening::subscribed || what == Happening::scanned || what == Happening::menu_click)
        person.clicked = {after_click, now_ms + minute_ms};
    else if (what == Happening::unsubscribed)
        person = Person();
}

ServiceWindow::Verdict ServiceWindow::take(const std::string& person, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    const auto found = people_.find(person);
    if (found == people_.end())
        return Verdict::open;
    bool any_open = false;
    for (Allowance* one : {&found->second.clicked, &found->second.spoken}) {
        if (!one->is_open(now_ms))
            continue;
        any_open = true;
        if (one->left > 0) {
            --one->left;
            return Verdict::open;
        }
    }
    return any_open ? Verdict::used_up : Verdict::closed;
}

void ServiceWindow::give_back(const std::string& person, std::int64_t now_ms)
{
    const std::lock_guard lock(mutex_);
    const auto found = people_.find(person);
    if (found != people_.end() && found->second.spoken.is_open(now_ms))
        found->second.spoken.left = std::min(after_words, found->second.spoken.left + 1);
}

void ServiceWindow::close(const std::string& person)
{
    const std::lock_guard lock(mutex_);
    people_[person] = Person();
}

std::int64_t ServiceWindow::open_until_ms(const std::string& person) const
{
    const std::lock_guard lock(mutex_);
    const auto found = people_.find(person);
    return found == people_.end() ? 0
                                  : std::max(found->second.spoken.until_ms, found->second.clicked.until_ms);
}

} // namespace bot::doors::wechat_mp
