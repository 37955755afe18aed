#include "bot/knowledge/features.hpp"
#include "bot/knowledge/model.hpp"
#include "bot/knowledge/model_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

namespace {

using namespace bot::knowledge;

struct Taught {
    Extractor extractor{{{"工伤", "受伤", "砸伤"}, {"工资", "薪水"}}};
    std::vector<FeatureVector> texts;
    std::vector<std::uint32_t> labels;

    Taught()
    {
        const std::pair<const char*, std::uint32_t> lines[] = {
            {"工资没发怎么办", 0},     {"拖欠工资怎么要", 0},   {"老板不发工资", 0},    {"欠薪去哪投诉", 0},
            {"干活受伤了算工伤吗", 1}, {"手砸伤怎么报工伤", 1}, {"工伤认定去哪办", 1},  {"上班受伤赔多少", 1},
            {"今天天气不错", 2},       {"晚上一起吃饭", 2},     {"天气好热一起吃饭", 2}};
        for (const auto& [line, label] : lines) {
            texts.push_back(extractor.extract(line));
            labels.push_back(label);
        }
    }

    std::size_t best(const LinearModel& model, const char* text) const
    {
        const auto found = model.probabilities(extractor.extract(text));
        return static_cast<std::size_t>(std::max_element(found.begin(), found.end()) - found.begin());
    }
};

TEST(LinearModel, LearnsAndGivesProbabilities)
{
    const Taught taught;
    const auto model = LinearModel::train(taught.texts, taught.labels, 3);
    EXPECT_EQ(taught.best(model, "厂里拖欠工资"), 0U);
    EXPECT_EQ(taught.best(model, "胳膊受伤算不算工伤"), 1U);
    EXPECT_EQ(taught.best(model, "天气热"), 2U);
    const auto all = model.probabilities(taught.extractor.extract("工资"));
    EXPECT_NEAR(std::accumulate(all.begin(), all.end(), 0.0), 1.0, 1e-4);
}

TEST(LinearModel, HearsHomophones)
{
    const Taught taught;
    const auto model = LinearModel::train(taught.texts, taught.labels, 3);
    EXPECT_EQ(taught.best(model, "公伤任定"), 1U);
    EXPECT_EQ(taught.best(model, "托欠工姿"), 0U);
}

TEST(LinearModel, TheSameTextsGiveTheSameModel)
{
    const Taught taught;
    const auto first = LinearModel::train(taught.texts, taught.labels, 3),
               second = LinearModel::train(taught.texts, taught.labels, 3);
    const auto question = taught.extractor.extract("工资拖欠");
    EXPECT_EQ(first.probabilities(question), second.probabilities(question));
}

std::optional<LinearModel> load(const std::filesystem::path& file, std::uint64_t fingerprint)
{
    ModelReader reader(file, fingerprint);
    return LinearModel::load(reader);
}

TEST(LinearModel, SurvivesAFileAndRefusesAnotherOne)
{
    const Taught taught;
    const testing_support::TempDir dir;
    const auto file = dir.path() / "m";
    const auto model = LinearModel::train(taught.texts, taught.labels, 3);
    ModelWriter writer(file, 7);
    model.save(writer);
    writer.finish();
    const auto loaded = load(file, 7);
    ASSERT_TRUE(loaded);
    const auto question = taught.extractor.extract("受伤");
    EXPECT_EQ(loaded->probabilities(question), model.probabilities(question));
    EXPECT_FALSE(load(file, 8)) << "another fingerprint";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    EXPECT_FALSE(load(file, 7)) << "cut short";
    EXPECT_FALSE(load(dir.path() / "none", 7));
}

} // namespace
