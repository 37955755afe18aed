#include "tests/simulator/wecom/answer.hpp"

namespace simulator::wecom {

Response say(int errcode, const std::string& errmsg, nlohmann::json more)
{
    more["errcode"] = errcode;
    more["errmsg"] = errmsg;
    return json_response(200, more.dump());
}

Response with_fate(Response response, const Fate& fate, std::shared_ptr<void> flight)
{
    using Kind = Fate::Kind;
    response.flight = std::move(flight);
    response.delay = fate.delay;
    if (fate.kind == Kind::drop_before || fate.kind == Kind::drop_answer)
        response.ending = Response::Ending::reset;
    if (fate.kind == Kind::stall || fate.kind == Kind::stall_before)
        response.ending = Response::Ending::hold;
    return response;
}

bool has_escapes(const std::string& raw)
{
    for (std::size_t at = raw.find("\\u"); at != std::string::npos; at = raw.find("\\u", at + 2))
        if (raw.compare(at + 2, 2, "00") != 0)
            return true;
    return false;
}

} // namespace simulator::wecom
