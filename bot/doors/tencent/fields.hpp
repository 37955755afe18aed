#pragma once
#include "bot/core/error.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// The flat messages of the vendor's platforms, written as XML or as JSON. Pure.
namespace bot::doors::tencent {

/// Names and values of one message; nested ones as `Outer/Inner`, the first of several.
class Fields {
public:
    /// Empty where there is none.
    const std::string& get(const std::string& name) const;
    /// 0 where there is none or it is no number.
    std::int64_t number(const std::string& name) const;
    double real(const std::string& name) const;
    bool has(const std::string& name) const { return values_.contains(name); }
    void add(std::string name, std::string value) { values_.emplace(std::move(name), std::move(value)); }

private:
    std::map<std::string, std::string> values_;
};

/// XML with no document type, no entities of its own, no comments and no more than 16 levels; or a JSON
/// object, told apart by the first character. Errors: bad_payload, too_large (more than 256 KiB).
Result<Fields> read_fields(std::string_view raw);

bool is_json(std::string_view raw);

/// `<![CDATA[…]]>`, whatever the text holds.
std::string cdata(std::string_view text);

} // namespace bot::doors::tencent
