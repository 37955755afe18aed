#include "bot/doors/manual/platform.hpp"

#include "bot/doors/manual/door.hpp"

namespace bot::doors::manual {
namespace {

OpenAccount open(const config::Account& account, const World&)
{
    OpenAccount opened;
    opened.door = std::make_unique<ManualDoor>(account.id);
    return opened;
}

} // namespace

Platform platform()
{
    return {"manual", {{"rate"}, {}}, open};
}

} // namespace bot::doors::manual
