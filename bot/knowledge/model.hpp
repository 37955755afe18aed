#pragma once
#include "bot/knowledge/features.hpp"
#include "bot/knowledge/places.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bot::knowledge {

class ModelReader;
class ModelWriter;

/// Multinomial logistic regression over TF-IDF features: how likely each label is. Weights are kept in 8
/// bits. Immutable, thread-safe.
class LinearModel {
public:
    /// Learns by stochastic gradient steps in a fixed order, so that the same examples give the same model.
    static LinearModel train(const std::vector<FeatureVector>& texts,
                             const std::vector<std::uint32_t>& labels, std::size_t label_count);

    /// The probability of each label; they add up to 1. Features never seen count as unknown weight of the
    /// text.
    std::vector<float> probabilities(const FeatureVector& features) const;
    std::size_t labels() const { return bias_.size(); }

    /// The part of each known feature in the text's score for `label`: what the hit test shows.
    std::vector<std::pair<std::uint32_t, float>> contributions(const FeatureVector& features,
                                                               std::size_t label) const;

    void save(ModelWriter& file) const;
    /// Nothing when the file is damaged.
    static std::optional<LinearModel> load(ModelReader& file);

private:
    void choose_features(const std::vector<FeatureVector>& texts);
    void keep(const std::vector<float>& weights);
    /// (row, TF-IDF weight) of the known features, the whole text scaled to length one.
    std::vector<std::pair<std::size_t, float>> weigh(const FeatureVector& features) const;

    Places rows_;                ///< a feature's place is its row
    Block<float> idf_;           ///< per row
    Block<float> scale_;         ///< per row: of its 8-bit weights
    Block<std::int8_t> weights_; ///< rows × labels
    Block<float> bias_;
};

} // namespace bot::knowledge
