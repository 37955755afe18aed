#include "tests/simulator/http.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <stdexcept>

namespace simulator {

std::string_view header(const Headers& headers, std::string_view name)
{
    for (const auto& [key, value] : headers)
        if (boost::beast::iequals(key, name))
            return value;
    return {};
}

std::optional<std::string> query_value(std::string_view query, std::string_view name)
{
    const std::string whole = "/?" + std::string(query); // what is parsed is only viewed
    const auto parsed = boost::urls::parse_relative_ref(whole);
    if (!parsed)
        return std::nullopt;
    for (const auto& field : parsed->params())
        if (field.key == name)
            return field.value;
    return std::nullopt;
}

Response json_response(unsigned status, std::string body)
{
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}

Address parse_address(const std::string& url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "ws") || !parsed->has_port())
        throw std::invalid_argument("not an http:// or ws:// address with a port: " + url);
    Address address{std::string(parsed->host_address()), std::string(parsed->port()),
                    std::string(parsed->encoded_resource())};
    if (address.target.empty() || address.target.front() != '/')
        address.target.insert(0, "/");
    return address;
}

} // namespace simulator
