#include "tests/unit/doors_qq/platform.hpp"

#include <random>

namespace {

using namespace qq_test;

/// Ten thousand requests that the platform did not send, or sent before: forged, tampered, replayed, of
/// another bot, old. Whatever is not refused may only be acknowledged.
TEST(QqForged, TenThousandActOnNothing)
{
    House house([](auto& settings) { settings.pushes = true; });
    std::mt19937 random(20260718);
    const auto below = [&random](std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
    };
    const std::vector<std::string> genuine{
        house.message("m1"), house.told("GROUP_MSG_RECEIVE", "e1"), house.told("GROUP_MSG_REJECT", "e2", "H"),
        house.told("GROUP_DEL_ROBOT", "e3", "J"), house.told("GROUP_ADD_ROBOT", "e4", "K")};
    std::vector<net::Headers> signatures;
    for (const std::string& body : genuine) {
        signatures.push_back(house.sign(body));
        house.post(body, signatures.back());
    }
    const std::size_t heard = house.heard.size(), sent = house.platform.messages.size();
    int refused = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::size_t which = below(genuine.size());
        std::string body = genuine[which];
        net::Headers headers = signatures[which];
        switch (below(6)) {
        case 0: headers.clear(); break;
        case 1: headers = house.sign(body, "another-secret-of-another-bot"); break;
        case 2: body[below(body.size())] ^= static_cast<char>(1U << below(7)); break;
        case 3:
            headers[0].second =
                std::to_string(std::stoll(headers[0].second) + 1 + static_cast<long long>(below(1000)));
            break;
        case 4: headers[1].second[below(128)] ^= 1; break;
        default: // replayed as it was, from one moment to well beyond the time in which it counts as fresh
            if (i % 50 == 0)
                house.clock.advance_ms(20'000);
            break;
        }
        const auto response = house.post(body, headers);
        EXPECT_TRUE(response.status == 200 || response.status == 401 || response.status == 403 ||
                    response.status == 400)
            << response.status;
        refused += response.status == 200 ? 0 : 1;
    }
    EXPECT_EQ(house.heard.size(), heard);
    EXPECT_EQ(house.platform.messages.size(), sent);
    EXPECT_EQ(house.notify("通知", "H").action, SendAction::disable_push) << "a replayed consent is none";
    EXPECT_GT(refused, 7'000);
}

} // namespace
