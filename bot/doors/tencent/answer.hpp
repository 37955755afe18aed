#pragma once
#include "bot/core/reply.hpp"
#include "bot/net/http_client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What came back from the vendor's APIs: `{"errcode","errmsg",…}` inside a 200. Pure.
namespace bot::doors::tencent {

/// What one errcode means to us.
struct Code {
    int errcode;
    SendAction action;
    Scope scope;
    std::int64_t retry_after_ms;
    const char* reason;
};

enum class Transport { answered, refused, lost };

/// One answer, as far as anybody can tell.
struct Answer {
    Transport transport = Transport::lost;
    unsigned status = 0;
    std::string body;
};

Answer answer_of(const net::ClientResult& result);

/// The errcode of a body; nothing when it holds none.
std::optional<int> errcode_of(const nlohmann::json& body);

/// `errcode` and `errmsg`, as the platform said them.
std::string words_of(const nlohmann::json& body);

/// Judges by errcode alone. 0 is `ok` with `msgid` as its receipt, where there is one. A code that is not
/// listed: `backoff` for its unclear sake. Lost or unreadable: the result is unknown.
SendOutcome classify(const Answer& answer, std::span<const Code> codes);

/// The codes of the company platform (protocol sheet wecom, section 10).
std::span<const Code> company_codes();

/// A POST of JSON.
net::ClientRequest post_json(std::string url, std::string body);

/// A POST of one file as `multipart/form-data`, in the field `media`.
net::ClientRequest post_file(std::string url, const std::string& file_name, const std::string& content_type,
                             const std::string& bytes);

} // namespace bot::doors::tencent
