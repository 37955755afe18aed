#pragma once
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

/// Outcomes that a caller must decide about. The network reports `error_code`; a broken world
/// (disk, schema, a bug) throws.
namespace bot {

using error_code = boost::system::error_code;

template <class T> using Result = boost::system::result<T>;

/// Numbers are stable: they are logged.
enum class Errc {
    bad_payload = 1,
    missing_credential = 2,
    bad_credential = 3,
    not_connected = 4,
    closed = 5,
    too_large = 6,
    stale = 7,
};

const boost::system::error_category& error_category();
error_code make_error_code(Errc code);

} // namespace bot

namespace boost::system {
template <> struct is_error_code_enum<bot::Errc> : std::true_type {
};
} // namespace boost::system
