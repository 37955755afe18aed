#include "bot/knowledge/figures.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace bot::knowledge {

namespace {

bool holds(const Figure& row, std::string_view region, std::int64_t now_ms)
{
    return region.starts_with(row.region) && row.valid_from_ms <= now_ms && now_ms < row.valid_until_ms;
}

} // namespace

std::string Figures::validity(std::string_view region, std::int64_t now_ms) const
{
    std::string holding;
    holding.reserve(rows.size());
    for (const Figure& row : rows)
        holding += holds(row, region, now_ms) ? '1' : '0';
    return holding;
}

nlohmann::json Figures::values(std::string_view region, std::int64_t now_ms) const
{
    nlohmann::json values = nlohmann::json::object();
    std::vector<const Figure*> holding;
    for (const Figure& row : rows)
        if (holds(row, region, now_ms))
            holding.push_back(&row);
    std::stable_sort(holding.begin(), holding.end(),
                     [](const Figure* a, const Figure* b) { return a->region.size() < b->region.size(); });
    for (const Figure* row : holding)
        values[row->name] = row->value;
    return values;
}

bool Figures::has(std::string_view name) const
{
    return std::any_of(rows.begin(), rows.end(), [&](const Figure& row) { return row.name == name; });
}

} // namespace bot::knowledge
