#pragma once
#include "tests/simulator/chats.hpp"
#include "tests/simulator/faults.hpp"
#include "tests/simulator/ledger.hpp"
#include "tests/simulator/limits.hpp"

#include <memory>

namespace simulator {

/// What every platform's protocol shares.
struct World {
    explicit World(std::uint64_t seed) : ledger(seed), faults(seed) {}

    Ledger ledger;
    Faults faults;
    Limits limits;
    Chats chats;
    std::uint64_t in_flight =
        0; ///< calls that arrived and are not yet answered, dropped or given up by the peer
    std::uint64_t most_in_flight = 0;
    std::uint64_t unauthorised = 0; ///< calls without the token or with a wrong one
};

/// Counts a call as in flight while it lives.
class Flight {
public:
    explicit Flight(World& world) : world_(world)
    {
        if (++world_.in_flight > world_.most_in_flight)
            world_.most_in_flight = world_.in_flight;
    }
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight() { --world_.in_flight; }

private:
    World& world_;
};

} // namespace simulator
