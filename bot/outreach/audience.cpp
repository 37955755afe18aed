#include "bot/outreach/audience.hpp"

#include "bot/core/text.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace bot::outreach {
namespace {

constexpr std::size_t longest = 4000;
constexpr int deepest = 6; ///< brackets and nots; SQLite's parser stack takes little more than that

struct Failure {
    std::size_t position;
    std::string message;
};

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    storage::Condition parse()
    {
        condition_.sql = either(0);
        skip_blanks();
        if (at_ < text_.size())
            fail("多出来的内容；条件之间要用 and 或 or 连起来");
        return std::move(condition_);
    }

private:
    std::string either(int depth)
    {
        return chain("or", " OR ", [&] { return both(depth); });
    }

    std::string both(int depth)
    {
        return chain("and", " AND ", [&] { return one(depth); });
    }

    /// `a or b or c` in one pair of brackets: SQLite's parser takes a chain of any length, but few nested
    /// brackets.
    template <class Next> std::string chain(std::string_view word, const char* sql_word, Next next)
    {
        std::string first = next();
        if (!take_word(word))
            return first;
        std::string sql = "(" + first;
        do {
            sql += sql_word;
            sql += next();
        } while (take_word(word));
        return sql + ")";
    }

    std::string one(int depth)
    {
        if (depth > deepest)
            fail("括号套得太深");
        if (take_word("not"))
            return "(NOT " + one(depth + 1) + ")";
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == '(') {
            ++at_;
            std::string inside = either(depth + 1);
            skip_blanks();
            if (at_ >= text_.size() || text_[at_] != ')')
                fail("少一个右括号 )");
            ++at_;
            return inside;
        }
        return term();
    }

    std::string term()
    {
        skip_blanks();
        const std::size_t start = at_;
        while (at_ < text_.size() && !is_break(text_[at_]))
            ++at_;
        const std::string_view word = text_.substr(start, at_ - start);
        if (word == "root")
            return "(1 = 1)";
        const std::size_t colon = word.find(':');
        if (colon == std::string_view::npos || colon + 1 >= word.size()) {
            at_ = start;
            fail("这里要写条件，比如 "
                 "org:621102、industry:courier、tag:北城、group:编号、subscribed:activities，或 root");
        }
        return compare(word.substr(0, colon), std::string(word.substr(colon + 1)), start);
    }

    std::string compare(std::string_view key, std::string value, std::size_t start)
    {
        if (key == "org") {
            const bool plain = std::all_of(value.begin(), value.end(),
                                           [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
            if (!plain) {
                at_ = start;
                fail("单位代码只能有字母、数字和 -");
            }
            return value == "root" ? "(1 = 1)"
                                   : "(COALESCE(o.path, '') LIKE " + bind("%/" + value + "/%") + ")";
        }
        if (key == "group")
            return "(CAST(g.id AS TEXT) = " + bind(value) + " OR g.external_id = " + bind(value) + ")";
        const char* kind = key == "industry"     ? "industry"
                           : key == "tag"        ? "tag"
                           : key == "subscribed" ? "subscription"
                                                 : nullptr;
        if (!kind) {
            at_ = start;
            fail("不认识「" + std::string(key) + "」；可以用 org、industry、tag、group、subscribed");
        }
        return std::string("EXISTS (SELECT 1 FROM group_labels l WHERE l.group_id = g.id AND l.kind = '") +
               kind + "' AND l.label = " + bind(std::move(value)) + ")";
    }

    std::string bind(std::string value)
    {
        std::string name = "a" + std::to_string(condition_.values.size());
        condition_.values.emplace_back(name, std::move(value));
        return ":" + name;
    }

    bool take_word(std::string_view word)
    {
        skip_blanks();
        if (text_.size() - at_ < word.size())
            return false;
        for (std::size_t i = 0; i < word.size(); ++i)
            if (std::tolower(static_cast<unsigned char>(text_[at_ + i])) != word[i])
                return false;
        if (at_ + word.size() < text_.size() && !is_break(text_[at_ + word.size()]))
            return false;
        at_ += word.size();
        return true;
    }

    static bool is_break(char c)
    {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')';
    }

    void skip_blanks()
    {
        while (at_ < text_.size() && is_break(text_[at_]) && text_[at_] != '(' && text_[at_] != ')')
            ++at_;
    }

    [[noreturn]] void fail(std::string message)
    {
        throw Failure{text::length(text_.substr(0, at_)), std::move(message)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    storage::Condition condition_;
};

} // namespace

Audience parse_audience(std::string_view expression)
{
    Audience audience;
    if (expression.size() > longest || text::trim(expression).empty()) {
        audience.error.message = "发给谁不能空着，也不能超过 4000 个字符；发给所有群写 root";
        return audience;
    }
    try {
        audience.condition = Parser(expression).parse();
    } catch (const Failure& failure) {
        audience.error = {failure.position, failure.message};
    }
    return audience;
}

} // namespace bot::outreach
