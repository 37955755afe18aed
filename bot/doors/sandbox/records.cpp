#include "bot/doors/sandbox/records.hpp"

namespace bot::doors::sandbox {
namespace {

constexpr std::int64_t minute_ms = 60'000;

Record free_of_limits()
{
    Record record{"sandbox", {}};
    record.capabilities.label = "沙盒（没有限制）";
    record.capabilities.can_look_up_sent = true;
    return record;
}

Record hears_everything()
{
    Record record{"everything", {}};
    record.capabilities.label = "QQ 群（非官方接入）";
    record.capabilities.official = false;
    return record;
}

Record mention_only()
{
    Record record{"mention-only", {}};
    Capabilities& can = record.capabilities;
    can.label = "QQ 官方机器人";
    can.hears_all = false;
    can.replies_per_message = 5;
    can.reply_window_ms = 5 * minute_ms;
    can.push = PushMode::next_opening;
    can.push_needs_consent = true;
    can.has_dedupe_handle = true;
    can.links = false;
    can.recall_window_ms = 2 * minute_ms;
    return record;
}

Record answers_only()
{
    Record record{"answers-only", {}};
    Capabilities& can = record.capabilities;
    can.label = "企业微信智能机器人";
    can.hears_all = false;
    can.push = PushMode::none;
    can.markdown = true;
    return record;
}

Record push_only()
{
    Record record{"push-only", {}};
    Capabilities& can = record.capabilities;
    can.label = "企业微信群机器人（只能发）";
    can.hears_all = false;
    can.replies_per_message = -1;
    can.text_limit = 680;
    can.markdown = true;
    return record;
}

} // namespace

const std::vector<Record>& records()
{
    static const std::vector<Record> all{free_of_limits(), hears_everything(), mention_only(), answers_only(),
                                         push_only()};
    return all;
}

} // namespace bot::doors::sandbox
