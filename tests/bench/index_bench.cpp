#include "bot/core/clock.hpp"
#include "bot/core/text.hpp"
#include "bot/knowledge/answerer.hpp"
#include "bot/wording/renderer.hpp"
#include "tests/bench/messages.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

/// index_bench MODEL [google-benchmark's flags], run where `templates/` lies. Reports per call the mean, p50
/// and p99.
namespace {

constexpr int calls = 100'000;

struct House {
    explicit House(const std::filesystem::path& model) : words("templates/zh"), answerer(clock, words, model)
    {
        answerer.reload("templates/knowledge");
        const auto messages = bench::read_messages("tests/bench/questions.txt");
        for (int i = 0; i < calls; ++i) {
            const std::string text = messages[static_cast<std::size_t>(i) % messages.size()].text + number(i);
            questions.push_back(text);
            normal.push_back(bot::text::normalise(text));
        }
    }

    /// Makes a text new, so that what was worked out for another one does not help.
    static std::string number(int i) { return " " + std::to_string(i); }

    bot::SystemClock clock;
    bot::wording::Renderer words;
    bot::knowledge::Answerer answerer;
    std::vector<std::string> questions, normal;
};

/// Time that this thread computed: the index neither waits nor locks, and other programs' turns are not its
/// own.
double computed_us()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Calls `work` with one question after the other and keeps each call's time.
template <class F> void time_each(benchmark::State& state, const std::vector<std::string>& questions, F work)
{
    std::vector<double> times_us;
    times_us.reserve(calls);
    std::size_t next = 0;
    for (auto one : state) {
        const std::string& question = questions[next++ % questions.size()];
        const double start = computed_us();
        benchmark::DoNotOptimize(work(question));
        times_us.push_back(computed_us() - start);
    }
    std::sort(times_us.begin(), times_us.end());
    state.counters["p50_us"] = times_us[times_us.size() / 2];
    state.counters["p99_us"] = times_us[times_us.size() * 99 / 100];
}

void add(const char* name, void (*run)(benchmark::State&, const House&), const House& house)
{
    benchmark::RegisterBenchmark(name, [run, &house](benchmark::State& state) { run(state, house); })
        ->Iterations(calls)
        ->Unit(benchmark::kMicrosecond);
}

void rank(benchmark::State& state, const House& house)
{
    const auto index = house.answerer.snapshot();
    time_each(state, house.normal, [&](const std::string& text) { return index->rank(text).known; });
}

void ask(benchmark::State& state, const House& house)
{
    const bot::knowledge::Asker asker;
    time_each(state, house.questions,
              [&](const std::string& text) { return house.answerer.ask(text, asker).reply.size(); });
}

/// Where the second half of UTF-8 text begins.
std::size_t middle(const std::string& text)
{
    std::size_t at = text.size() / 2;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
        ++at;
    return at;
}

/// A hundred thousand cards whose phrasings are halves of ours joined anew: the same words as often.
std::shared_ptr<const bot::knowledge::Index> large_index()
{
    constexpr std::size_t cards = 100'000, phrasings = 3;
    bot::knowledge::Library library = bot::knowledge::load_library("templates/knowledge");
    std::vector<std::string> ours;
    for (const auto& card : library.cards)
        ours.insert(ours.end(), card.phrasings.begin(), card.phrasings.end());
    std::mt19937 random(1);
    bot::knowledge::Card card = library.cards.front();
    for (std::size_t i = library.cards.size(); i < cards; ++i) {
        card.topic = "generated-" + std::to_string(i);
        card.phrasings.clear();
        card.typical = phrasings;
        for (std::size_t j = 0; j < phrasings; ++j) {
            const std::string &head = ours[random() % ours.size()], &tail = ours[random() % ours.size()];
            card.phrasings.push_back(head.substr(0, middle(head)) + tail.substr(middle(tail)));
        }
        library.cards.push_back(card);
    }
    return bot::knowledge::Index::build(std::move(library), {});
}

void rank_among_many(benchmark::State& state, const House& house)
{
    const auto index = large_index();
    time_each(state, house.normal, [&](const std::string& text) { return index->rank(text).known; });
}

} // namespace

int main(int argc, char** argv)
{
    benchmark::Initialize(&argc, argv);
    if (argc != 2) {
        std::cerr << "index_bench MODEL\n";
        return 2;
    }
    const House house(argv[1]);
    add("rank", rank, house);
    add("ask", ask, house);
    add("rank among 100,000 cards", rank_among_many, house);
    benchmark::RunSpecifiedBenchmarks();
}
