#include "bot/knowledge/model.hpp"

#include "bot/knowledge/model_file.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <unordered_map>

namespace bot::knowledge {
namespace {

constexpr std::size_t many_texts = 10'000;
constexpr int rounds = 7;
constexpr float step = 0.1F;
constexpr float sharpness = 2.0F; ///< length of a text's vector while learning
constexpr float shrink = 2e-6F;
constexpr float bias_weight = 0.1F;
constexpr float negligible = 1e-3F; ///< a smaller gradient changes nothing worth its time
constexpr float unknown_idf = 6.0F;
constexpr std::size_t cache_line = 64;
constexpr unsigned seed = 20260101;

/// A feature of fewer texts is not learnt; of many texts rare features would only take memory.
std::size_t fewest_texts(std::size_t texts)
{
    return texts < many_texts ? 3 : 5;
}

void to_probabilities(std::span<float> scores)
{
    const float most = *std::max_element(scores.begin(), scores.end());
    float sum = 0;
    for (float& one : scores)
        sum += one = std::exp(one - most);
    for (float& one : scores)
        one /= sum;
}

using Weighed = std::vector<std::pair<std::size_t, float>>;

/// Full-precision weights and the squared gradients that set each step's size (AdaGrad).
class Learner {
public:
    Learner(std::size_t rows, std::size_t labels)
        : labels_(labels), weights_(rows * labels), squares_(rows * labels, 1e-4F), bias_(labels),
          bias_squares_(labels, 1e-4F), gradient_(labels)
    {
    }

    void learn(const Weighed& text, std::uint32_t label)
    {
        std::copy(bias_.begin(), bias_.end(), gradient_.begin());
        for (const auto& [row, weight] : text) {
            const float* from = &weights_[row * labels_];
            for (std::size_t i = 0; i < labels_; ++i)
                gradient_[i] += weight * from[i];
        }
        to_probabilities(gradient_);
        gradient_[label] -= 1;
        worth_a_step_.clear();
        for (std::uint32_t i = 0; i < labels_; ++i)
            if (std::abs(gradient_[i]) > negligible)
                worth_a_step_.push_back(i);
        for (const auto& [row, weight] : text)
            descend(&weights_[row * labels_], &squares_[row * labels_], weight);
        descend(bias_.data(), bias_squares_.data(), bias_weight);
    }

    const std::vector<float>& weights() const { return weights_; }
    const std::vector<float>& bias() const { return bias_; }

private:
    void descend(float* weights, float* squares, float by)
    {
        for (const std::uint32_t i : worth_a_step_) {
            const float gradient = gradient_[i] * by + shrink * weights[i];
            squares[i] += gradient * gradient;
            weights[i] -= step * gradient / std::sqrt(squares[i]);
        }
    }

    std::size_t labels_;
    std::vector<float> weights_, squares_, bias_, bias_squares_, gradient_;
    std::vector<std::uint32_t> worth_a_step_; ///< labels whose gradient is not negligible
};

} // namespace

LinearModel LinearModel::train(const std::vector<FeatureVector>& texts,
                               const std::vector<std::uint32_t>& labels, std::size_t label_count)
{
    LinearModel model;
    model.choose_features(texts);
    std::vector<Weighed> weighed;
    for (const FeatureVector& one : texts)
        weighed.push_back(model.weigh(one));
    Learner learner(model.rows_.size(), label_count);
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937 random(seed);
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random() % i]);
        for (const std::size_t i : order)
            learner.learn(weighed[i], labels[i]);
    }
    model.bias_ = Block<float>(learner.bias());
    model.keep(learner.weights());
    return model;
}

void LinearModel::choose_features(const std::vector<FeatureVector>& texts)
{
    std::unordered_map<std::uint32_t, std::uint32_t> texts_with;
    for (const FeatureVector& one : texts)
        for (const auto& [feature, weight] : one)
            ++texts_with[feature];
    std::vector<std::uint32_t> names;
    for (const auto& [feature, count] : texts_with)
        if (count >= fewest_texts(texts.size()))
            names.push_back(feature);
    std::sort(names.begin(), names.end());
    rows_ = Places(Block<std::uint32_t>(std::move(names)));
    std::vector<float> idf;
    const float all = 1.0F + static_cast<float>(texts.size());
    for (const std::uint32_t feature : rows_.names())
        idf.push_back(std::log(all / (1.0F + static_cast<float>(texts_with[feature]))) + 0.3F);
    idf_ = Block<float>(std::move(idf));
}

/// Rounds to 8 bits, row by row.
void LinearModel::keep(const std::vector<float>& weights)
{
    const std::size_t labels = bias_.size();
    std::vector<float> scale;
    std::vector<std::int8_t> rounded(weights.size());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        const std::span<const float> from(&weights[row * labels], labels);
        float most = 1e-9F;
        for (const float one : from)
            most = std::max(most, std::abs(one));
        scale.push_back(most / 127.0F);
        for (std::size_t i = 0; i < labels; ++i)
            rounded[row * labels + i] = static_cast<std::int8_t>(std::lround(from[i] / most * 127.0F));
    }
    scale_ = Block<float>(std::move(scale));
    weights_ = Block<std::int8_t>(std::move(rounded));
}

std::vector<std::pair<std::size_t, float>> LinearModel::weigh(const FeatureVector& features) const
{
    Weighed known;
    known.reserve(features.size());
    float sum = 1e-9F;
    for (const auto& [feature, weight] : features) {
        const std::size_t row = rows_.find(feature);
        const bool is_known = row < rows_.size();
        const float weighed = weight * (is_known ? idf_[row] : 0);
        sum += is_known ? weighed * weighed : 0.1F * weight * weight * unknown_idf;
        if (!is_known)
            continue;
        known.emplace_back(row, weighed);
        for (std::size_t at = 0; at < bias_.size(); at += cache_line)
            __builtin_prefetch(weights_.data() + row * bias_.size() + at);
    }
    const float by = sharpness / std::sqrt(sum);
    for (auto& [row, weight] : known)
        weight *= by;
    return known;
}

std::vector<float> LinearModel::probabilities(const FeatureVector& features) const
{
    std::vector<float> scores(bias_.begin(), bias_.end());
    for (const auto& [row, weight] : weigh(features)) {
        const std::int8_t* from = &weights_[row * scores.size()];
        const float by = weight * scale_[row];
        for (std::size_t i = 0; i < scores.size(); ++i)
            scores[i] += by * static_cast<float>(from[i]);
    }
    to_probabilities(scores);
    return scores;
}

std::vector<std::pair<std::uint32_t, float>> LinearModel::contributions(const FeatureVector& features,
                                                                        std::size_t label) const
{
    std::vector<std::pair<std::uint32_t, float>> parts;
    for (const auto& [row, weight] : weigh(features))
        parts.emplace_back(rows_.names()[row],
                           weight * scale_[row] * static_cast<float>(weights_[row * bias_.size() + label]));
    return parts;
}

void LinearModel::save(ModelWriter& file) const
{
    file.put(rows_.names().all());
    file.put(idf_.all());
    file.put(scale_.all());
    file.put(weights_.all());
    file.put(bias_.all());
}

std::optional<LinearModel> LinearModel::load(ModelReader& file)
{
    LinearModel model;
    Block<std::uint32_t> names;
    file.take(names);
    file.take(model.idf_);
    file.take(model.scale_);
    file.take(model.weights_);
    file.take(model.bias_);
    const std::size_t rows = names.size();
    if (!file.good() || model.idf_.size() != rows || model.scale_.size() != rows ||
        model.weights_.size() != rows * model.bias_.size() || model.bias_.empty())
        return std::nullopt;
    model.rows_ = Places(std::move(names));
    return model;
}

} // namespace bot::knowledge
