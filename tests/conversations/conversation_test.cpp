#include "bot/core/ids.hpp"
#include "bot/knowledge/answerer.hpp"
#include "bot/routing/contexts.hpp"
#include "bot/routing/directory.hpp"
#include "bot/routing/intake.hpp"
#include "bot/storage/groups_store.hpp"
#include "bot/wording/renderer.hpp"
#include "handlers/questions.hpp"
#include "handlers/registry.hpp"
#include "handlers/subscriptions.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <regex>

/// Transcripts against the whole house between doors: intake, contexts, handlers, cards, a real store.
///
///     群: mode=mention org=621102 industries=courier      the group that follows; 私聊: a private chat
///     老周（群主）> @ 订阅 活动                            a person speaks; 「@ 」 mentions the bot
///     机器人> *会收到「活动」*                             its reply; * stands for anything; 不作声 = no
///     reply 过 6 分钟                                            the clock moves on
namespace {

using namespace bot;

constexpr std::int64_t november_2026 = 1'795'500'000'000;
const std::string templates = LASTMETER_SOURCE_DIR "/templates";

/// Learnt once for all transcripts.
const knowledge::Answerer& shipped_cards()
{
    static const ManualClock clock(november_2026);
    static const wording::Renderer words(templates + "/zh");
    static const auto answerer = [] {
        auto made = std::make_unique<knowledge::Answerer>(clock, words, LASTMETER_MODEL);
        made->reload(templates + "/knowledge");
        return made;
    }();
    return *answerer;
}

class House {
public:
    House()
    {
        database_.write_now([](soci::session& sql) {
            storage::upsert_org(sql, {"6211", "定西市总工会", "root", "city", 0, 0, ""});
            storage::upsert_org(sql, {"621102", "安定区总工会", "6211", "county", 0, 0, ""});
            storage::add_bind_code(sql, "12345678", "621102", november_2026 + 60'000);
            return true;
        });
        std::vector<std::unique_ptr<handlers::Handler>> abilities;
        abilities.push_back(
            std::make_unique<handlers::Subscriptions>(database_, directory_, words_, clock_, ids_));
        abilities.push_back(std::make_unique<handlers::Questions>(
            shipped_cards(), contexts_, words_, templates + "/data/menu.json",
            [this](storage::AskedQuestion row) { noted_.push_back(std::move(row)); }));
        registry_ = std::make_unique<handlers::Registry>(intake_, contexts_, directory_,
                                                         std::vector<std::string>{"工会小助手", "小助手"},
                                                         std::move(abilities), nullptr);
    }

    void enter(const std::string& settings)
    {
        static const std::regex setting("(\\w+)=([\\w-]+)");
        storage::Group group;
        group.id = ids_.next();
        group.account = "a";
        group.external_id = chat_ = std::to_string(group.id);
        for (auto at = std::sregex_iterator(settings.begin(), settings.end(), setting);
             at != std::sregex_iterator(); ++at) {
            const std::string key = (*at)[1], value = (*at)[2];
            if (key == "mode")
                group.mode = value;
            else if (key == "org")
                group.org = value;
            else
                group.industries = {value};
        }
        database_.write_now([&group](soci::session& sql) {
            return storage::upsert_group(sql, group) == storage::Change::added;
        });
        const auto mode = group.mode == "attentive" ? routing::GroupMode::attentive
                          : group.mode == "muted"   ? routing::GroupMode::muted
                                                    : routing::GroupMode::mention;
        directory_.put({group.id, group.account, group.external_id, group.org, group.industries, mode});
    }

    void enter_unknown_group() { chat_ = std::to_string(ids_.next()); }
    void enter_private() { chat_.clear(); }
    void wait(std::int64_t minutes) { clock_.advance_ms(minutes * 60'000); }

    std::string say(const std::string& person, const std::string& role, std::string text)
    {
        Event event;
        event.account = "a";
        event.kind = EventKind::message;
        event.chat.type = chat_.empty() ? ChatType::direct : ChatType::group;
        event.chat.id = chat_.empty() ? person : chat_;
        event.sender = {person, person, role};
        event.self_id = "bot";
        event.message_id = std::to_string(++messages_);
        event.dedupe_key = event.message_id;
        event.time_ms = clock_.now_ms();
        event.mentions_bot = text.starts_with("@ ");
        event.text = event.mentions_bot ? text.substr(2) : std::move(text);
        const auto reply = testing_support::run_coro(context_, registry_->handle(std::move(event)));
        return reply ? reply->text : "不作声";
    }

private:
    testing_support::TempDir dir_;
    boost::asio::io_context context_; ///< outlives the store, whose threads answer to it
    ManualClock clock_{november_2026};
    IdSource ids_{clock_};
    wording::Renderer words_{templates + "/zh"};
    storage::Database database_{"sqlite:" + (dir_.path() / "s.db").string()};
    routing::Contexts contexts_{clock_};
    routing::Directory directory_;
    routing::Intake intake_{clock_};
    std::vector<storage::AskedQuestion> noted_;
    std::unique_ptr<handlers::Registry> registry_;
    std::string chat_;
    int messages_ = 0;
};

/// Whether `text` is `pattern`, in which * stands for anything.
bool fits(std::string_view text, std::string_view pattern)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos)
        return text == pattern;
    if (!text.starts_with(pattern.substr(0, star)))
        return false;
    for (std::size_t from = star; from <= text.size(); ++from)
        if (fits(text.substr(from), pattern.substr(star + 1)))
            return true;
    return false;
}

std::vector<std::filesystem::path> transcripts()
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(LASTMETER_SOURCE_DIR "/tests/conversations"))
        if (entry.path().extension() == ".txt" && entry.path().stem() != "CMakeLists")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

class Conversation : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Conversation, GoesAsWritten)
{
    static const std::regex person("(.+?)(?:（(群主|管理员)）)?> (.*)"), minutes("过 (\\d+) 分钟"),
        group("群: (.*)");
    House house;
    std::ifstream in(GetParam());
    std::string said = "不作声";
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        std::smatch found;
        if (line.empty() || line.starts_with("#"))
            continue;
        if (line.starts_with("机器人> ")) {
            const std::string expected = line.substr(std::string("机器人> ").size());
            EXPECT_TRUE(fits(said, expected))
                << GetParam().filename() << ":" << number << ": expected " << expected << ", got:\n"
                << said;
        } else if (line == "私聊:") {
            house.enter_private();
        } else if (line == "没绑定的群:") {
            house.enter_unknown_group();
        } else if (std::regex_match(line, found, group)) {
            house.enter(found[1]);
        } else if (std::regex_match(line, found, minutes)) {
            house.wait(std::stoll(found[1]));
        } else if (std::regex_match(line, found, person)) {
            said = house.say(found[1],
                             found[2] == "群主"     ? "owner"
                             : found[2] == "管理员" ? "admin"
                                                    : "member",
                             found[3]);
        } else {
            ADD_FAILURE() << GetParam().filename() << ":" << number << ": not a line of a transcript";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Conversation, testing::ValuesIn(transcripts()),
                         [](const auto& one) { return one.param.stem().string(); });

} // namespace
