#include "bot/doors/sandbox/chat_log.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;
using doors::sandbox::ChatLog;
using doors::sandbox::Line;

Line said(const char* group, const char* text, std::int64_t time_ms = 1000)
{
    Line line;
    line.chat.id = group;
    line.person = "p";
    line.text = text;
    line.time_ms = time_ms;
    line.heard = true;
    return line;
}

TEST(SandboxChatLog, KeepsTheLastLinesOfEachChat)
{
    ChatLog log(3);
    const Line quiet = log.append(said("quiet", "还在"));
    for (int i = 0; i < 500; ++i)
        log.append(said("busy", "话"));
    EXPECT_EQ(log.size(), 4U);
    EXPECT_TRUE(log.find(quiet.message_id));
}

TEST(SandboxChatLog, AChangeIsNewToThoseWhoSawTheLine)
{
    ChatLog log(10);
    const Line first = log.append(said("g", "一"));
    const Line second = log.append(said("g", "二"));
    const auto changed = log.change(first.message_id, [](Line& line) { line.note = "看过"; });
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->place, first.place);
    const auto news = log.after(second.number);
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(news[0].note, "看过");
    EXPECT_EQ(log.size(), 2U);
}

TEST(SandboxChatLog, AChangedLineIsStillTheOldestToForget)
{
    ChatLog log(2);
    const Line first = log.append(said("g", "一"));
    log.append(said("g", "二"));
    log.change(first.message_id, [](Line& line) { line.note = "看过"; });
    log.append(said("g", "三"));
    EXPECT_FALSE(log.find(first.message_id));
}

TEST(SandboxChatLog, TheLastHeardLineIsTheNewestNobodyTookBack)
{
    ChatLog log(10);
    const Line first = log.append(said("g", "一"));
    const Line second = log.append(said("g", "二"));
    log.change(second.message_id, [](Line& line) { line.recalled = true; });
    log.change(first.message_id, [](Line& line) { line.note = "动过"; });
    const auto newest = log.last_heard();
    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest[0].message_id, first.message_id);
}

TEST(SandboxChatLog, AMissingLineCannotBeChanged)
{
    ChatLog log(10);
    EXPECT_FALSE(log.change("nothing", [](Line&) { ADD_FAILURE(); }));
}

} // namespace
