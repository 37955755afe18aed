#include "bot/core/error.hpp"

namespace bot {
namespace {

class Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "lastmeter"; }
    std::string message(int code) const override
    {
        switch (static_cast<Errc>(code)) {
        case Errc::bad_payload: return "the body is not what the protocol promises";
        case Errc::missing_credential: return "a signature or token is required and none came";
        case Errc::bad_credential: return "the signature or token is wrong";
        case Errc::not_connected: return "no connection to the platform";
        case Errc::closed: return "the connection was closed";
        case Errc::too_large: return "larger than the limit";
        case Errc::stale: return "older than the reply window";
        }
        return "unknown error";
    }
};

} // namespace

const boost::system::error_category& error_category()
{
    static const Category category;
    return category;
}

error_code make_error_code(Errc code)
{
    return {static_cast<int>(code), error_category()};
}

} // namespace bot
