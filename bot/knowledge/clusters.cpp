#include "bot/knowledge/clusters.hpp"

#include "bot/core/text.hpp"

#include <algorithm>
#include <cmath>

namespace bot::knowledge {
namespace {

constexpr float alike = 0.5F; ///< cosine from which on two texts ask the same

std::vector<FeatureVector> to_vectors(const Index& index, const std::vector<std::string>& texts)
{
    std::vector<FeatureVector> vectors;
    for (const std::string& one : texts) {
        FeatureVector vector = index.features(text::normalise(one));
        float length = 1e-9F;
        for (const auto& [feature, weight] : vector)
            length += weight * weight;
        for (auto& [feature, weight] : vector)
            weight /= std::sqrt(length);
        vectors.push_back(std::move(vector));
    }
    return vectors;
}

float cosine(const FeatureVector& a, const FeatureVector& b)
{
    float sum = 0;
    for (auto left = a.begin(), right = b.begin(); left != a.end() && right != b.end();)
        if (left->first < right->first)
            ++left;
        else if (right->first < left->first)
            ++right;
        else
            sum += left++->second * right++->second;
    return sum;
}

} // namespace

std::vector<std::vector<std::size_t>> cluster(const Index& index, const std::vector<std::string>& texts)
{
    const std::vector<FeatureVector> vectors = to_vectors(index, texts);
    std::vector<std::vector<std::size_t>> clusters;
    for (std::size_t text = 0; text < texts.size(); ++text) {
        float best = alike;
        std::vector<std::size_t>* home = nullptr;
        for (auto& one : clusters)
            if (const float likeness = cosine(vectors[text], vectors[one.front()]); likeness >= best) {
                best = likeness;
                home = &one;
            }
        if (home)
            home->push_back(text);
        else
            clusters.push_back({text});
    }
    std::stable_sort(clusters.begin(), clusters.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return clusters;
}

} // namespace bot::knowledge
