#include "bot/knowledge/sentences.hpp"

#include "bot/core/text.hpp"

#include <algorithm>

namespace bot::knowledge {
namespace {

constexpr std::size_t long_sentence = 40;

constexpr std::string_view question_words[] = {
    "?",      "吗",     "么",   "呢",     "怎么",   "咋",     "如何",   "多少",   "几天",   "几个",
    "几年",   "几级",   "哪",   "什么",   "啥",     "能不能", "能否",   "可不可", "可以",   "是不是",
    "是否",   "有没有", "有无", "算不算", "该不该", "要不要", "用不用", "给不给", "行不行", "合法",
    "为什么", "为啥",   "谁",   "多久",   "请问",   "咨询",   "求助",   "想问",   "问下",   "问一下",
    "怎样",   "哪里",   "需要", "应该",   "办理",   "标准",   "规定",   "赔",     "查询",   "反映",
    "投诉",   "建议",   "申请", "流程",   "条件",   "关于",   "问题",   "撒办",   "咋办",   "点解"};

void cut(std::string_view text, const std::vector<std::string_view>& marks,
         std::vector<std::string_view>& parts)
{
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto mark = std::find_if(marks.begin(), marks.end(), [&](std::string_view one) {
            return text.substr(at).starts_with(one);
        });
        if (mark == marks.end()) {
            ++at;
            continue;
        }
        const bool keeps = *mark == "?";
        parts.push_back(text::trim(text.substr(from, at - from + (keeps ? 1 : 0))));
        from = at = at + mark->size();
    }
    parts.push_back(text::trim(text.substr(from)));
}

/// Sentences without their marks; those of more than `most` characters are cut at their commas.
std::vector<std::string_view> cut_up(std::string_view text, std::size_t most)
{
    static const std::vector<std::string_view> ends{"。", "!", "?", ";", "\n", ".", "…"};
    static const std::vector<std::string_view> commas{",", "、", ":", " "};
    std::vector<std::string_view> whole, parts;
    cut(text, ends, whole);
    for (const std::string_view one : whole)
        if (text::length(one) > most)
            cut(one, commas, parts);
        else
            parts.push_back(one);
    std::erase_if(parts, [](std::string_view one) { return text::length(one) < 2; });
    return parts;
}

} // namespace

bool asks(std::string_view text)
{
    return std::any_of(std::begin(question_words), std::end(question_words),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::vector<std::string_view> sentences(std::string_view text)
{
    return cut_up(text, long_sentence);
}

std::vector<std::string_view> clauses(std::string_view text)
{
    return cut_up(text, 0);
}

} // namespace bot::knowledge
