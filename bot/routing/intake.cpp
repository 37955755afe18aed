#include "bot/routing/intake.hpp"

#include <functional>
#include <utility>

namespace bot::routing {
namespace {
constexpr std::size_t most_talks = 100'000;
} // namespace

const char* to_string(Verdict verdict)
{
    switch (verdict) {
    case Verdict::accept: return "accept";
    case Verdict::duplicate: return "duplicate";
    case Verdict::stale: return "stale";
    case Verdict::self: return "self";
    case Verdict::looping: return "looping";
    case Verdict::withdrawn: return "withdrawn";
    case Verdict::ignore: return "ignore";
    }
    return "ignore";
}

Verdict Intake::admit(const Event& event)
{
    if (event.kind == EventKind::ignore)
        return Verdict::ignore;
    const std::int64_t now = clock_.now_ms();
    const std::lock_guard lock(mutex_);
    if (!event.dedupe_key.empty() && !remember(event.account + "|" + event.dedupe_key, now, true))
        return Verdict::duplicate;
    if (event.happening == Happening::message_recalled) {
        remember("recalled|" + event.account + "|" + event.chat.id + "|" + event.message_id, now, false);
        any_recalled_ = true;
    }
    if (event.kind != EventKind::message)
        return Verdict::accept;
    if (event.self)
        return Verdict::self;
    if (event.time_ms != 0 && now - event.time_ms > limits_.stale_ms)
        return Verdict::stale;
    if (any_recalled_ &&
        seen_.contains("recalled|" + event.account + "|" + event.chat.id + "|" + event.message_id))
        return Verdict::withdrawn;
    return is_looping(event, now) ? Verdict::looping : Verdict::accept;
}

void Intake::restore(const std::vector<SeenKey>& keys)
{
    const std::lock_guard lock(mutex_);
    for (const SeenKey& one : keys)
        if (const auto [entry, is_new] = seen_.emplace(one.key, one.at_ms); is_new)
            order_.push_back(&*entry);
}

std::vector<SeenKey> Intake::take_new()
{
    const std::lock_guard lock(mutex_);
    return std::exchange(fresh_, {});
}

std::size_t Intake::size() const
{
    const std::lock_guard lock(mutex_);
    return seen_.size();
}

bool Intake::remember(std::string key, std::int64_t now, bool is_new)
{
    while (!order_.empty() &&
           (order_.front()->second < now - limits_.remember_ms || seen_.size() >= limits_.keys)) {
        seen_.erase(seen_.find(order_.front()->first));
        order_.pop_front();
    }
    const auto [entry, is_first] = seen_.emplace(std::move(key), now);
    if (!is_first)
        return false;
    if (is_new)
        fresh_.push_back({entry->first, now});
    order_.push_back(&*entry);
    return true;
}

bool Intake::is_looping(const Event& event, std::int64_t now)
{
    if (talks_.size() >= most_talks)
        talks_.clear();
    Talk& talk = talks_[event.account + "|" + event.chat.id + "|" + event.sender.id];
    if (now < talk.muted_until_ms)
        return true;
    const std::size_t hash = std::hash<std::string>{}(event.text);
    if (talk.text_hash != hash || now - talk.since_ms > limits_.loop_window_ms) {
        talk.text_hash = hash;
        talk.count = 0;
        talk.since_ms = now;
    }
    if (++talk.count <= limits_.loop_count)
        return false;
    talk.muted_until_ms = now + limits_.loop_mute_ms;
    return true;
}

} // namespace bot::routing
