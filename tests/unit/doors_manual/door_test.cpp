#include "bot/doors/manual/door.hpp"
#include "tests/support/run_coro.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bot;

TEST(ManualDoor, LeavesEverythingToPeople)
{
    doors::manual::ManualDoor door("a");
    EXPECT_EQ(door.capabilities().push, PushMode::manual);
    EXPECT_FALSE(door.capabilities().hears_all);
    EXPECT_TRUE(door.health().connected);
    EXPECT_EQ(door.split(std::string(30'000, 'x')).size(), 1U) << "one text to copy";
    EXPECT_TRUE(door.openings().empty());
    boost::asio::io_context context;
    const SendOutcome outcome = testing_support::run_coro(context, door.send(Outgoing()));
    EXPECT_FALSE(outcome.delivered());
    EXPECT_EQ(outcome.action, SendAction::window_closed);
}

} // namespace
